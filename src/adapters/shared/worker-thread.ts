import type { Transferable } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { WorkerMessage } from "./serve-tasks.ts";

export interface ThreadOptions {
  /** A module that calls `serveTasks`. */
  readonly module: URL;
  /** The limit of the heap (`maxOldGenerationSizeMb`), in megabytes. */
  readonly memory: number;
  /** Seconds for one task, without the time that it waits for a thread. */
  readonly taskTimeout: number;
  readonly workerData?: unknown;
}

/** A task exceeded its limit of time or memory, and would do so again. */
export class LimitExceeded extends Error {
  readonly limit: "time" | "memory";
  constructor(limit: "time" | "memory", options?: ErrorOptions) {
    super(`A task took more ${limit} than it may.`, options);
    this.limit = limit;
  }
}

/**
 * A thread could not load its modules, for example while an upgrade replaces the program's files. Its task has not been
 * started, so this is no verdict on it.
 */
export class ThreadNotStarted extends Error {
  constructor(options?: ErrorOptions) {
    super("A thread did not start.", options);
  }
}

/** A worker thread, which runs one task at a time. */
export interface WorkerThread<Task, Result> {
  /**
   * Rejects with what the task throws. The thread ends when the task exceeds a limit.
   * @throws LimitExceeded
   * @throws ThreadNotStarted
   */
  run(task: Task, transfer: readonly Transferable[]): Promise<Result>;
  /** Whether it can run no further task. */
  readonly hasEnded: boolean;
  /** Resolves when its memory is freed. That may take a while, since native code such as JSON.parse is not interrupted. */
  end(): Promise<void>;
}

/** Seconds for loading a thread's modules, on a machine under heavy load. */
const startTimeout = 30;

const outOfMemory = "ERR_WORKER_OUT_OF_MEMORY";

const causeOf = (error: Error): Error =>
  "code" in error && error.code === outOfMemory ? new LimitExceeded("memory", { cause: error }) : error;

const startWorker = ({ module, workerData, memory }: ThreadOptions): Worker => {
  // Threads process untrusted input, and so get neither this process's environment nor its flags.
  const worker = new Worker(module, {
    env: {},
    workerData,
    execArgv: [],
    // What libraries print must not get between the lines of the log.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 16 },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  // A thread does not keep the process alive; the timer of its task does.
  worker.unref();
  return worker;
};

export const workerThread = <Task, Result>(options: ThreadOptions): WorkerThread<Task, Result> => {
  const worker = startWorker(options);
  const ready = Promise.withResolvers<void>();
  let current: PromiseWithResolvers<Result> | undefined;
  let hasEnded = false;

  const fail = (error: Error): void => {
    hasEnded = true;
    clearTimeout(startTimer);
    ready.reject(new ThreadNotStarted({ cause: error }));
    current?.reject(error);
  };
  ready.promise.catch(() => {});
  worker.on("message", (message: WorkerMessage<Result>) => {
    if (message.kind === "ready") {
      clearTimeout(startTimer);
      ready.resolve();
    } else if (message.kind === "result") current?.resolve(message.result);
    else current?.reject(message.error);
  });
  worker.on("error", (error: Error) => fail(causeOf(error)));
  worker.on("exit", () => fail(new Error("A thread has ended before its task.")));

  const end = async (): Promise<void> => {
    hasEnded = true;
    await worker.terminate();
  };
  const stop = (reason: Error): void => {
    fail(reason);
    void end();
  };
  const startTimer = setTimeout(stop, startTimeout * 1000, new Error("It took too long."));
  return {
    get hasEnded() {
      return hasEnded;
    },
    end,
    async run(task, transfer) {
      await ready.promise;
      current = Promise.withResolvers<Result>();
      const timer = setTimeout(stop, options.taskTimeout * 1000, new LimitExceeded("time"));
      try {
        worker.postMessage(task, transfer);
        return await current.promise;
      } finally {
        clearTimeout(timer);
        current = undefined;
      }
    },
  };
};
