import type { Transferable } from "node:worker_threads";
import type { BoundedQueue } from "./bounded-queue.ts";
import { boundedQueue, QueueBusy } from "./bounded-queue.ts";
import { restingThreads } from "./resting-threads.ts";
import type { Sharer, ThreadMemory } from "./thread-memory.ts";
import { processMemory } from "./thread-memory.ts";
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
  /** Each task gets a thread of its own, which finds nothing that one before has left in memory. */
  readonly isOneTaskEach?: true;
  /** Of which the threads take theirs; that of the process unless told. A thread without work ends when others need it. */
  readonly sharedMemory?: ThreadMemory;
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
   * @throws ThreadNotStarted when the thread that was to do it could not be had
   * @throws QueueBusy when others took so long that the task was not begun
   */
  run(task: Task, transfer?: readonly Transferable[]): Promise<Result>;
  /** As `run`, with a task that is made only when its turn has come, since it takes memory. */
  runMade(make: () => Promise<Made<Task>>): Promise<Result>;
  /** Ends all threads, whatever they do. */
  close(): Promise<void>;
}

const usualIdleTime = 15;

/** The threads of one pool: those that work, and those that rest. */
const pooledThreads = <Task, Result>(
  options: WorkerPoolOptions,
  queue: BoundedQueue<WorkerThread<Task, Result>>,
) => {
  type Thread = WorkerThread<Task, Result>;
  const threads = new Set<Thread>();
  const shared = options.sharedMemory ?? processMemory;
  const begin = (): Thread => {
    const thread = workerThread<Task, Result>(options);
    threads.add(thread);
    return thread;
  };
  const start = (): Thread | undefined =>
    threads.size < options.threads && shared.take(sharer) ? begin() : undefined;
  const startForWaiting = (): void => {
    const another = queue.isEmpty ? undefined : start();
    if (another) queue.serve(another);
  };
  /** Who waits gets another thread, but only when this one's memory is free. */
  const end = async (thread: Thread): Promise<void> => {
    await thread.end();
    if (!threads.delete(thread)) return;
    shared.giveBack(sharer);
    startForWaiting();
  };
  const resting = restingThreads<Thread>(options.idleTime ?? usualIdleTime, (thread) => void end(thread));
  const sharer: Sharer = {
    memory: options.memory,
    begin: () => {
      if (queue.isEmpty || threads.size >= options.threads) return shared.giveBack(sharer);
      queue.serve(begin());
      startForWaiting();
    },
    endIdle: () => resting.endAll(),
  };
  shared.join(sharer);
  const takeResting = (): Thread | undefined => {
    const thread = resting.take();
    if (!thread?.hasEnded) return thread;
    void end(thread);
    return takeResting();
  };
  return {
    take: (): Thread | undefined => takeResting() ?? start(),
    giveBack: (thread: Thread): void => {
      if (thread.hasEnded || options.isOneTaskEach || shared.isAwaitedByOthers(sharer)) void end(thread);
      else if (queue.isEmpty) resting.rest(thread);
      else queue.serve(thread);
    },
    close: async (): Promise<void> => {
      await Promise.all([...threads].map(end));
      shared.leave(sharer);
    },
  };
};

export const workerPool = <Task, Result>(options: WorkerPoolOptions): WorkerPool<Task, Result> => {
  const queue = boundedQueue<WorkerThread<Task, Result>>(options.queue, options.patience);
  const threads = pooledThreads<Task, Result>(options, queue);
  let isClosed = false;

  const runMade = async (make: () => Made<Task> | Promise<Made<Task>>): Promise<Result> => {
    if (isClosed) throw new QueueBusy("The pool is closed.");
    const thread = threads.take() ?? (await queue.wait());
    try {
      const { task, transfer } = await make();
      return await thread.run(task, transfer);
    } finally {
      threads.giveBack(thread);
    }
  };

  return {
    run: (task, transfer = []) => runMade(() => ({ task, transfer })),
    runMade,
    close: async () => {
      isClosed = true;
      queue.refuseAll();
      await threads.close();
    },
  };
};
