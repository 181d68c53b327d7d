/** A pool of threads that shares a memory budget with other pools. */
export interface BudgetUser {
  /** Megabytes for one thread. */
  readonly memory: number;
  /** Called when a request that had to wait is granted. */
  onGranted(): void;
  /** Called when another pool waits for memory, to end the threads that have no work. */
  endIdle(): void;
}

/** Memory in megabytes that several pools allocate, one thread at a time. Requests are granted in their order. */
export interface MemoryBudget {
  /** Allocates memory for one thread. False: there is not enough now, and `onGranted` is called once there is. */
  acquire(user: BudgetUser): boolean;
  release(user: BudgetUser): void;
  /** Whether another user waits for memory. */
  hasOtherWaiters(user: BudgetUser): boolean;
  register(user: BudgetUser): void;
  unregister(user: BudgetUser): void;
}

export const memoryBudget = (total: number): MemoryBudget => {
  let free = total;
  const users = new Set<BudgetUser>();
  const waiting = new Set<BudgetUser>();
  const hasRoomFor = ({ memory }: BudgetUser): boolean => memory <= free;

  const grantFirst = (): boolean => {
    const [first] = waiting;
    if (!first || !hasRoomFor(first)) return false;
    waiting.delete(first);
    free -= first.memory;
    first.onGranted();
    return true;
  };
  const grantWaiting = (): void => {
    while (grantFirst());
  };

  return {
    acquire: (user) => {
      if (waiting.size === 0 && hasRoomFor(user)) {
        free -= user.memory;
        return true;
      }
      waiting.add(user);
      for (const each of users) each.endIdle();
      return false;
    },
    release: (user) => {
      free += user.memory;
      grantWaiting();
    },
    hasOtherWaiters: (user) => waiting.size > (waiting.has(user) ? 1 : 0),
    register: (user) => {
      if (user.memory > total) throw new RangeError("A thread may not have more memory than all together.");
      users.add(user);
    },
    unregister: (user) => {
      users.delete(user);
      waiting.delete(user);
      grantWaiting();
    },
  };
};

/**
 * The budget of this process. A thread needs some 15 MB besides, and its messages; with the server itself, that is 400
 * MB at most (`npm run bench event-loop`).
 */
export const processBudget: MemoryBudget = memoryBudget(192);
