/** A pool whose threads take of a memory that other pools take of too. */
export interface Sharer {
  /** Megabytes of one thread. */
  readonly memory: number;
  /** The memory of one thread is free at last, and taken for it. */
  begin(): void;
  /** Ends the threads that have no work: others have, and no memory. */
  endIdle(): void;
}

/** What the threads of all pools may have together, in megabytes; nobody overtakes a pool that waits. */
export interface ThreadMemory {
  /** Whether there is room for one thread more; if not, `begin` is called as soon as there is. */
  take(sharer: Sharer): boolean;
  giveBack(sharer: Sharer): void;
  isAwaitedByOthers(sharer: Sharer): boolean;
  join(sharer: Sharer): void;
  leave(sharer: Sharer): void;
}

export const threadMemory = (total: number): ThreadMemory => {
  let free = total;
  const sharers = new Set<Sharer>();
  const waiting = new Set<Sharer>();
  const isRoomFor = ({ memory }: Sharer): boolean => memory <= free;

  const serveFirst = (): boolean => {
    const [first] = waiting;
    if (!first || !isRoomFor(first)) return false;
    waiting.delete(first);
    free -= first.memory;
    first.begin();
    return true;
  };
  const serve = (): void => {
    while (serveFirst());
  };

  return {
    take: (sharer) => {
      if (waiting.size === 0 && isRoomFor(sharer)) {
        free -= sharer.memory;
        return true;
      }
      waiting.add(sharer);
      for (const each of sharers) each.endIdle();
      return false;
    },
    giveBack: (sharer) => {
      free += sharer.memory;
      serve();
    },
    isAwaitedByOthers: (sharer) => waiting.size > (waiting.has(sharer) ? 1 : 0),
    join: (sharer) => {
      if (sharer.memory > total) throw new RangeError("A thread may not have more memory than all together.");
      sharers.add(sharer);
    },
    leave: (sharer) => {
      sharers.delete(sharer);
      waiting.delete(sharer);
      serve();
    },
  };
};

/**
 * Of this process. A thread has some 15 MB besides, and what it is given and gives back; with what the server itself
 * has, that is 400 MB at most (`npm run bench event-loop`).
 */
export const processMemory: ThreadMemory = threadMemory(192);
