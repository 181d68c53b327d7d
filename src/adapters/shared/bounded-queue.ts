/** The queue is full, or a waiter timed out or gave up. Its work has not been started. */
export class QueueBusy extends Error {}

/** A first-in, first-out queue for a resource, bounded in length and in waiting time. */
export interface BoundedQueue<Resource, Key = void> {
  /**
   * Resolves with the resource when it is granted.
   * @throws QueueBusy when the queue is full, the timeout has passed, or the signal is aborted
   */
  wait(key: Key, signal?: AbortSignal): Promise<Resource>;
  /** The keys of all waiters, in order. */
  readonly waiting: readonly Key[];
  readonly isEmpty: boolean;
  /** Grants a resource to the first waiter, or to the first whose key is eligible. */
  grant(resource: Resource, isEligible?: (key: Key) => boolean): void;
  /** Rejects all waiters. */
  rejectAll(): void;
}

interface Waiter<Resource, Key> {
  readonly key: Key;
  readonly grant: (resource: Resource) => void;
  readonly reject: () => void;
}

/** @param timeout How long one waits at most, in seconds. */
export const boundedQueue = <Resource, Key = void>(
  maxLength: number,
  timeout: number,
): BoundedQueue<Resource, Key> => {
  const waiters = new Set<Waiter<Resource, Key>>();
  return {
    wait: (key, signal) =>
      new Promise((resolve, reject) => {
        if (waiters.size >= maxLength) return reject(new QueueBusy("Too many tasks wait already."));
        if (signal?.aborted) return reject(new QueueBusy("Nobody waits for it any more."));
        const leave = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", giveUp);
          waiters.delete(waiter);
        };
        const giveUp = (): void => {
          leave();
          const reason = signal?.aborted ? "Nobody waits for it any more." : "Other tasks took too long.";
          reject(new QueueBusy(reason));
        };
        const grant = (resource: Resource): void => {
          leave();
          resolve(resource);
        };
        const waiter = { key, grant, reject: giveUp };
        const timer = setTimeout(giveUp, timeout * 1000);
        signal?.addEventListener("abort", giveUp, { once: true });
        waiters.add(waiter);
      }),
    get waiting() {
      return Array.from(waiters, ({ key }) => key);
    },
    get isEmpty() {
      return waiters.size === 0;
    },
    grant: (resource, isEligible = () => true) => {
      for (const waiter of waiters) if (isEligible(waiter.key)) return waiter.grant(resource);
    },
    rejectAll: () => {
      for (const waiter of waiters) waiter.reject();
    },
  };
};
