import type { Seconds } from "../../domain/brand.ts";
import type { Log } from "../../ports/driven/log.ts";

export interface Repetition {
  /** Returns when the work under way has ended. */
  stop(): Promise<void>;
}

/** Sweeps again and again, with a pause between two runs; keeps no process alive. */
export const repeat = (pause: Seconds, sweep: () => Promise<void>, log: Log): Repetition => {
  let stopped = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      running = sweep()
        .catch((cause: unknown) =>
          log.write({ event: "background", what: "sweeping the embedded identity provider's folder", cause }),
        )
        .finally(() => {
          if (!stopped) schedule();
        });
    }, pause * 1000).unref();
  };
  schedule();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
};
