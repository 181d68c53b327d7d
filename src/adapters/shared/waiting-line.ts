/** Nothing is known about what waited: it was not begun. */
export class PoolBusy extends Error {}

/** Those who wait for something to become free, in their order; bounded in number and in time. */
export interface WaitingLine<Free> {
  /** @throws PoolBusy when too many wait already, or it took too long */
  wait(): Promise<Free>;
  readonly isEmpty: boolean;
  /** Gives the first who waits what has become free. */
  serve(free: Free): void;
  refuseAll(): void;
}

interface Waiting<Free> {
  readonly take: (free: Free) => void;
  readonly refuse: () => void;
}

/** @param patience In seconds. */
export const waitingLine = <Free>(length: number, patience: number): WaitingLine<Free> => {
  const line = new Set<Waiting<Free>>();
  return {
    wait: () =>
      new Promise((resolve, reject) => {
        if (line.size >= length) return reject(new PoolBusy("Too many tasks wait already."));
        const refuse = (): void => {
          leave();
          reject(new PoolBusy("Other tasks took too long."));
        };
        const take = (free: Free): void => {
          leave();
          resolve(free);
        };
        const one = { take, refuse };
        const timer = setTimeout(refuse, patience * 1000);
        const leave = (): void => {
          clearTimeout(timer);
          line.delete(one);
        };
        line.add(one);
      }),
    get isEmpty() {
      return line.size === 0;
    },
    serve: (free) => {
      const [first] = line;
      first?.take(free);
    },
    refuseAll: () => {
      for (const one of line) one.refuse();
    },
  };
};
