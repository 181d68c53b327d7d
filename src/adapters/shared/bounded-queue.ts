/** Nothing is known about what waited: it was not begun. */
export class QueueBusy extends Error {}

/** Those who wait for something to become free, in their order; bounded in number and in time. */
export interface BoundedQueue<Free, Who = void> {
  /** @throws QueueBusy when too many wait already, it took too long, or the signal was aborted */
  wait(who: Who, signal?: AbortSignal): Promise<Free>;
  /** Who waits, the first first. */
  readonly waiting: readonly Who[];
  readonly isEmpty: boolean;
  /** Gives what has become free to the first who waits, of those whom `isNext` names. */
  serve(free: Free, isNext?: (who: Who) => boolean): void;
  refuseAll(): void;
}

interface Waiting<Free, Who> {
  readonly who: Who;
  readonly take: (free: Free) => void;
  readonly refuse: () => void;
}

/** @param patience In seconds. */
export const boundedQueue = <Free, Who = void>(length: number, patience: number): BoundedQueue<Free, Who> => {
  const queue = new Set<Waiting<Free, Who>>();
  return {
    wait: (who, signal) =>
      new Promise((resolve, reject) => {
        if (queue.size >= length) return reject(new QueueBusy("Too many tasks wait already."));
        if (signal?.aborted) return reject(new QueueBusy("Nobody waits for it any more."));
        const leave = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", refuse);
          queue.delete(one);
        };
        const refuse = (): void => {
          leave();
          reject(
            new QueueBusy(signal?.aborted ? "Nobody waits for it any more." : "Other tasks took too long."),
          );
        };
        const take = (free: Free): void => {
          leave();
          resolve(free);
        };
        const one = { who, take, refuse };
        const timer = setTimeout(refuse, patience * 1000);
        signal?.addEventListener("abort", refuse, { once: true });
        queue.add(one);
      }),
    get waiting() {
      return Array.from(queue, ({ who }) => who);
    },
    get isEmpty() {
      return queue.size === 0;
    },
    serve: (free, isNext = () => true) => {
      for (const one of queue) if (isNext(one.who)) return one.take(free);
    },
    refuseAll: () => {
      for (const one of queue) one.refuse();
    },
  };
};
