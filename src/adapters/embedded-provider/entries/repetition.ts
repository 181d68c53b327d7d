import type { Seconds } from "../../../domain/brand.ts";
import type { Log } from "../../../ports/driven/system/log.ts";

export interface Repetition {
  /** Returns when the sweep under way, if any, has ended. */
  stop(): Promise<void>;
}

/** Sweeps again and again, with a pause between two runs; keeps no process alive. */
export const repeat = (
  pause: Seconds,
  sweep: (signal: AbortSignal) => Promise<void>,
  log: Log,
): Repetition => {
  const stopping = new AbortController();
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      running = sweep(stopping.signal)
        .catch((cause: unknown) =>
          log.write({ event: "background", what: "sweeping the embedded identity provider's folder", cause }),
        )
        .finally(() => {
          if (!stopping.signal.aborted) schedule();
        });
    }, pause * 1000).unref();
  };
  schedule();
  return {
    stop: () => {
      stopping.abort();
      clearTimeout(timer);
      return running;
    },
  };
};
