import { boundedQueue } from "./bounded-queue.ts";

export interface ConcurrencyLimits {
  /** Pieces of work at once, and how many more may wait, for how many seconds. */
  readonly atOnce: number;
  readonly waiting: number;
  readonly patience: number;
}

/**
 * Runs the work that it is given when it is its turn.
 * @throws QueueBusy when too many wait already, or others took too long: the work was not begun
 */
export const withConcurrency = ({ atOnce, waiting, patience }: ConcurrencyLimits) => {
  const queue = boundedQueue<void>(waiting, patience);
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running += 1;
    else await queue.wait();
    try {
      return await work();
    } finally {
      // Whoever is next takes over this place; only without a next one it becomes free.
      if (queue.isEmpty) running -= 1;
      else queue.serve();
    }
  };
};
