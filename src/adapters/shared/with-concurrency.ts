import { boundedQueue } from "./bounded-queue.ts";

export interface ConcurrencyLimits {
  /** How many calls run at the same time. */
  readonly concurrency: number;
  /** How many more may wait, and for how many seconds. */
  readonly maxQueue: number;
  readonly queueTimeout: number;
}

/**
 * Returns a function that runs work with limited concurrency.
 * @throws QueueBusy when the queue is full or the timeout has passed; the work has not been started
 */
export const withConcurrency = ({ concurrency, maxQueue, queueTimeout }: ConcurrencyLimits) => {
  const queue = boundedQueue<void>(maxQueue, queueTimeout);
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < concurrency) running += 1;
    else await queue.wait();
    try {
      return await work();
    } finally {
      // The next waiter takes over this call's slot, so `running` changes only when nobody waits.
      if (queue.isEmpty) running -= 1;
      else queue.grant();
    }
  };
};
