import type { Seconds } from "../../domain/brand.ts";
import { ProviderDown, StoreDown } from "../../domain/failure.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Background } from "../usecases/sessions/background.ts";

interface Options {
  readonly log: Log;
  /** How long closing waits for pending work. */
  readonly drainTimeout: Seconds;
}

/** Bounds of concurrent and of waiting jobs, retries included; jobs beyond them are dropped. */
const maxAtOnce = 10;
const maxWaiting = 1000;

/** Delays before the second attempt and the third, which is the last. */
const retryDelays: readonly Seconds[] = [1, 10];

interface Job {
  readonly what: string;
  readonly work: () => Promise<void>;
  readonly failures: number;
}

const isOutage = (error: unknown): boolean => error instanceof ProviderDown || error instanceof StoreDown;

/** The background jobs of this process. They are in memory only, and lost when the process is killed. */
export const backgroundWork = ({ log, drainTimeout }: Options): Background & { close(): Promise<void> } => {
  const ready: Job[] = [];
  const later = new Map<Job, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let isClosing = false;

  const wait = (job: Job, time: Seconds): void => {
    if (ready.length + later.size >= maxWaiting) {
      log.write({ event: "background", what: job.what, cause: new Error("too much else is waiting") });
    } else if (time > 0 && !isClosing) {
      later.set(job, setTimeout(() => moveOn(job), time * 1000).unref());
    } else {
      ready.push(job);
      runReady();
    }
  };

  const moveOn = (job: Job): void => {
    clearTimeout(later.get(job));
    later.delete(job);
    ready.push(job);
    runReady();
  };

  const run = async (job: Job): Promise<void> => {
    try {
      await job.work();
    } catch (cause) {
      log.write({ event: "background", what: job.what, cause });
      const pause = retryDelays[job.failures];
      if (pause !== undefined && isOutage(cause) && !isClosing) {
        wait({ ...job, failures: job.failures + 1 }, pause);
      }
    }
  };

  const runReady = (): void => {
    while (running.size < maxAtOnce) {
      const job = ready.shift();
      if (!job) return;
      const done = run(job).finally(() => {
        running.delete(done);
        runReady();
      });
      running.add(done);
    }
  };

  const settle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };

  return {
    add: (what, work, after = 0) => wait({ what, work, failures: 0 }, after),
    close: async () => {
      isClosing = true;
      for (const job of [...later.keys()]) moveOn(job);
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, drainTimeout * 1000);
      await Promise.race([settle(), tooLong]);
      clearTimeout(timer);
      for (const { what } of ready.splice(0)) {
        log.write({ event: "background", what, cause: new Error("the server is stopping") });
      }
    },
  };
};
