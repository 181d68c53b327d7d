import type { Transferable } from "node:worker_threads";
import { PoolBusy, waitingLine } from "./waiting-line.ts";
import type { ThreadOptions, WorkerThread } from "./worker-thread.ts";
import { workerThread } from "./worker-thread.ts";

export interface WorkerPoolOptions extends ThreadOptions {
  /** The most threads at once. None is started before there is work for it. */
  readonly threads: number;
  /** How many tasks may wait for a thread, and for how many seconds. */
  readonly queue: number;
  readonly patience: number;
  /** Seconds after which a thread without work ends, and gives its memory back; 15 unless told. */
  readonly idleTime?: number;
}

interface Made<Task> {
  readonly task: Task;
  readonly transfer: readonly Transferable[];
}

/**
 * Does in other threads what would keep this one from answering anybody else. Node's own threads and no library:
 * whether a task ran too long or was never begun has to be known apart, since only the first says something of it.
 */
export interface WorkerPool<Task, Result> {
  /**
   * Throws what the task throws, as a plain Error.
   * @param transfer What is moved to the thread instead of copied, and of no use here afterwards.
   * @throws OverLimit when the task took more time or memory than it may
   * @throws PoolBusy when others took so long that the task was not begun
   */
  run(task: Task, transfer?: readonly Transferable[]): Promise<Result>;
  /** As `run`, with a task that is made only when its turn has come, since it takes memory. */
  runMade(make: () => Promise<Made<Task>>): Promise<Result>;
  /** Ends all threads, whatever they do. */
  close(): Promise<void>;
}

const usualIdleTime = 15;

export const workerPool = <Task, Result>(options: WorkerPoolOptions): WorkerPool<Task, Result> => {
  type Thread = WorkerThread<Task, Result>;
  const threads = new Set<Thread>();
  const idle = new Map<Thread, NodeJS.Timeout>();
  const line = waitingLine<Thread>(options.queue, options.patience);
  let isClosed = false;

  const takeIdle = (): Thread | undefined => {
    // The one that rests for the shortest time, so that the others come to their end.
    for (const [thread, rest] of [...idle].reverse()) {
      clearTimeout(rest);
      idle.delete(thread);
      if (!thread.hasEnded) return thread;
      void replace(thread);
    }
    return undefined;
  };
  const start = (): Thread | undefined => {
    if (threads.size >= options.threads) return undefined;
    const thread = workerThread<Task, Result>(options);
    threads.add(thread);
    return thread;
  };
  const rest = (thread: Thread): void => {
    const end = (): void => {
      idle.delete(thread);
      void replace(thread);
    };
    idle.set(thread, setTimeout(end, (options.idleTime ?? usualIdleTime) * 1000).unref());
  };
  /** Who waits gets another thread, but only when this one's memory is free. */
  const replace = async (ended: Thread): Promise<void> => {
    await ended.end();
    threads.delete(ended);
    const another = line.isEmpty ? undefined : start();
    if (another) line.serve(another);
  };
  const giveBack = (thread: Thread): void => {
    if (thread.hasEnded) void replace(thread);
    else if (line.isEmpty) rest(thread);
    else line.serve(thread);
  };

  const runMade = async (make: () => Made<Task> | Promise<Made<Task>>): Promise<Result> => {
    if (isClosed) throw new PoolBusy("The pool is closed.");
    const thread = takeIdle() ?? start() ?? (await line.wait());
    try {
      const { task, transfer } = await make();
      return await thread.run(task, transfer);
    } finally {
      giveBack(thread);
    }
  };

  return {
    run: (task, transfer = []) => runMade(() => ({ task, transfer })),
    runMade,
    close: async () => {
      isClosed = true;
      line.refuseAll();
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
};
