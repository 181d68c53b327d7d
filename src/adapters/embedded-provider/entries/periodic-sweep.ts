import type { Seconds } from "../../../domain/brand.ts";
import type { Log } from "../../../ports/driven/system/log.ts";

export interface PeriodicSweep {
  /** Aborts the sweep in progress, if any, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Sweeps repeatedly, `interval` after the end of the last run. Its timer does not keep the process alive. */
export const periodicSweep = (
  interval: Seconds,
  sweep: (signal: AbortSignal) => Promise<void>,
  log: Log,
): PeriodicSweep => {
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
    }, interval * 1000).unref();
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
