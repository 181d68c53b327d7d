export interface BoundedQueue {
  /** Runs the work when it is its turn; "full" when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T | "full">;
}

/** Lets `atOnce` pieces of work run at a time, and `waiting` more of them wait. */
export const createBoundedQueue = (atOnce: number, waiting: number): BoundedQueue => {
  let running = 0;
  const turns: (() => void)[] = [];
  return {
    async run(work) {
      if (running >= atOnce) {
        if (turns.length >= waiting) return "full";
        await new Promise<void>((resolve) => turns.push(resolve));
      } else {
        running += 1;
      }
      try {
        return await work();
      } finally {
        // Whoever is next takes over this place; only without a next one it becomes free.
        const next = turns.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
};
