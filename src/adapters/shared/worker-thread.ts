import type { Transferable } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { ThreadAnswer } from "./answer-tasks.ts";

export interface ThreadOptions {
  /** A module that calls `answerTasks`. */
  readonly module: URL;
  /** Megabytes of JavaScript values. */
  readonly memory: number;
  /** Seconds for one task, from when the thread begins it. */
  readonly timeLimit: number;
  /** What the module finds as `workerData` while it loads. */
  readonly data?: unknown;
}

/** The task itself needs more than it may have, and would need it again. */
export class OverLimit extends Error {
  readonly what: "time" | "memory";
  constructor(what: "time" | "memory", options?: ErrorOptions) {
    super(`A task took more ${what} than it may.`, options);
    this.what = what;
  }
}

/**
 * A thread could not load what it needs, for example since the program's files are being replaced. Its task was not
 * begun, so this says nothing of it.
 */
export class ThreadNotStarted extends Error {
  constructor(options?: ErrorOptions) {
    super("A thread did not start.", options);
  }
}

/** Another thread of this process, which does one task at a time. */
export interface WorkerThread<Task, Result> {
  /**
   * The thread ends when a task fails to end, or takes more than it may.
   * @throws ThreadNotStarted
   */
  run(task: Task, transfer: readonly Transferable[]): Promise<Result>;
  /** Whether it can do nothing any more. */
  readonly hasEnded: boolean;
  /** Resolves when it is gone, with its memory: what Node does in one step, such as JSON.parse, it does to its end. */
  end(): Promise<void>;
}

/** Seconds until a thread has loaded what it needs, on a machine that has much else to do. */
const startLimit = 30;

const outOfMemory = "ERR_WORKER_OUT_OF_MEMORY";

const causeOf = (error: Error): Error =>
  "code" in error && error.code === outOfMemory ? new OverLimit("memory", { cause: error }) : error;

const startWorker = ({ module, data, memory }: ThreadOptions): Worker => {
  // What people wrote is worked on there: it gets neither our environment nor our flags.
  const worker = new Worker(module, {
    env: {},
    workerData: data,
    execArgv: [],
    // What libraries print there is neither a log line nor of use to anybody.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 16 },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  // A thread keeps no process alive; the time limit of its task does.
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
    clearTimeout(starting);
    ready.reject(new ThreadNotStarted({ cause: error }));
    current?.reject(error);
  };
  ready.promise.catch(() => {});
  worker.on("message", (answer: ThreadAnswer<Result>) => {
    if (answer.kind === "ready") {
      clearTimeout(starting);
      ready.resolve();
    } else if (answer.kind === "result") current?.resolve(answer.result);
    else current?.reject(answer.error);
  });
  worker.on("error", (error: Error) => fail(causeOf(error)));
  worker.on("exit", () => fail(new Error("A thread has ended before its task.")));

  const end = async (): Promise<void> => {
    hasEnded = true;
    await worker.terminate();
  };
  const stop = (why: Error): void => {
    fail(why);
    void end();
  };
  const starting = setTimeout(stop, startLimit * 1000, new Error("It took too long."));
  return {
    get hasEnded() {
      return hasEnded;
    },
    end,
    async run(task, transfer) {
      await ready.promise;
      current = Promise.withResolvers<Result>();
      const timer = setTimeout(stop, options.timeLimit * 1000, new OverLimit("time"));
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
