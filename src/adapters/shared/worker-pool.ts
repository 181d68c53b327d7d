import type { Transferable } from "node:worker_threads";
import type { BoundedQueue } from "./bounded-queue.ts";
import { boundedQueue, QueueBusy } from "./bounded-queue.ts";
import { idleThreads } from "./idle-threads.ts";
import type { BudgetUser, MemoryBudget } from "./memory-budget.ts";
import { processBudget } from "./memory-budget.ts";
import type { ThreadOptions, WorkerThread } from "./worker-thread.ts";
import { workerThread } from "./worker-thread.ts";

export interface WorkerPoolOptions extends ThreadOptions {
  /** Threads are started on demand. */
  readonly maxThreads: number;
  /** How many tasks may wait for a thread, and for how many seconds. */
  readonly maxQueue: number;
  readonly queueTimeout: number;
  /** Seconds after which a thread without work ends. Default: 15. */
  readonly idleTimeout?: number;
  /** Whether each task gets a new thread, with a heap in which no earlier task has left anything. */
  readonly isSingleUse?: true;
  /** Where threads get their memory from; idle ones end when another pool needs it. Default: the process's budget. */
  readonly budget?: MemoryBudget;
}

interface PreparedTask<Task> {
  readonly task: Task;
  readonly transfer: readonly Transferable[];
}

/**
 * Runs tasks in worker threads that would otherwise block the event loop. It uses Node's threads directly, since it has
 * to tell a task that ran too long from one that was never started: only the first is a verdict on the task.
 */
export interface WorkerPool<Task, Result> {
  /**
   * Rejects with what the task throws, as a plain Error.
   * @param transfer Objects that are transferred instead of cloned, and cannot be used here afterwards.
   * @throws LimitExceeded when the task took too much time or memory
   * @throws ThreadNotStarted when its thread could not be started
   * @throws QueueBusy when no thread became free in time, and the task was not started
   */
  run(task: Task, transfer?: readonly Transferable[]): Promise<Result>;
  /** As `run`, for a task that takes memory and is therefore prepared only once a thread is free. */
  runPrepared(prepare: () => Promise<PreparedTask<Task>>): Promise<Result>;
  /** Ends all threads, and rejects all tasks that run or wait. */
  close(): Promise<void>;
}

const defaultIdleTimeout = 15;

/** The threads of one pool, running and idle. */
const pooledThreads = <Task, Result>(
  options: WorkerPoolOptions,
  queue: BoundedQueue<WorkerThread<Task, Result>>,
) => {
  type Thread = WorkerThread<Task, Result>;
  const threads = new Set<Thread>();
  const budget = options.budget ?? processBudget;
  const spawn = (): Thread => {
    const thread = workerThread<Task, Result>(options);
    threads.add(thread);
    return thread;
  };
  const start = (): Thread | undefined =>
    threads.size < options.maxThreads && budget.acquire(budgetUser) ? spawn() : undefined;
  const startForWaiting = (): void => {
    const thread = queue.isEmpty ? undefined : start();
    if (thread) queue.grant(thread);
  };
  /** A waiting task gets a new thread, but only once this one's memory is freed. */
  const end = async (thread: Thread): Promise<void> => {
    await thread.end();
    if (!threads.delete(thread)) return;
    budget.release(budgetUser);
    startForWaiting();
  };
  const idle = idleThreads<Thread>(options.idleTimeout ?? defaultIdleTimeout, (thread) => void end(thread));
  const budgetUser: BudgetUser = {
    memory: options.memory,
    onGranted: () => {
      if (queue.isEmpty || threads.size >= options.maxThreads) return budget.release(budgetUser);
      queue.grant(spawn());
      startForWaiting();
    },
    endIdle: () => idle.endAll(),
  };
  budget.register(budgetUser);
  const takeIdle = (): Thread | undefined => {
    const thread = idle.take();
    if (!thread?.hasEnded) return thread;
    void end(thread);
    return takeIdle();
  };
  return {
    acquire: (): Thread | undefined => takeIdle() ?? start(),
    release: (thread: Thread): void => {
      if (thread.hasEnded || options.isSingleUse || budget.hasOtherWaiters(budgetUser)) void end(thread);
      else if (queue.isEmpty) idle.add(thread);
      else queue.grant(thread);
    },
    close: async (): Promise<void> => {
      await Promise.all([...threads].map(end));
      budget.unregister(budgetUser);
    },
  };
};

export const workerPool = <Task, Result>(options: WorkerPoolOptions): WorkerPool<Task, Result> => {
  const queue = boundedQueue<WorkerThread<Task, Result>>(options.maxQueue, options.queueTimeout);
  const threads = pooledThreads<Task, Result>(options, queue);
  let isClosed = false;

  const runPrepared = async (
    prepare: () => PreparedTask<Task> | Promise<PreparedTask<Task>>,
  ): Promise<Result> => {
    if (isClosed) throw new QueueBusy("The pool is closed.");
    const thread = threads.acquire() ?? (await queue.wait());
    try {
      const { task, transfer } = await prepare();
      return await thread.run(task, transfer);
    } finally {
      threads.release(thread);
    }
  };

  return {
    run: (task, transfer = []) => runPrepared(() => ({ task, transfer })),
    runPrepared,
    close: async () => {
      isClosed = true;
      queue.rejectAll();
      await threads.close();
    },
  };
};
