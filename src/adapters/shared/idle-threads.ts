/** Threads without work, which end after an idle timeout. */
export interface IdleThreads<Thread> {
  add(thread: Thread): void;
  /** Takes the thread that became idle last, so that the others reach their timeout. */
  take(): Thread | undefined;
  endAll(): void;
}

/** @param timeout In seconds. */
export const idleThreads = <Thread>(timeout: number, end: (thread: Thread) => void): IdleThreads<Thread> => {
  const timers = new Map<Thread, NodeJS.Timeout>();
  const remove = (thread: Thread): void => {
    clearTimeout(timers.get(thread));
    timers.delete(thread);
  };
  const removeAndEnd = (thread: Thread): void => {
    remove(thread);
    end(thread);
  };
  return {
    add: (thread) => void timers.set(thread, setTimeout(removeAndEnd, timeout * 1000, thread).unref()),
    take: () => {
      const newest = [...timers.keys()].at(-1);
      if (newest !== undefined) remove(newest);
      return newest;
    },
    endAll: () => {
      for (const thread of [...timers.keys()]) removeAndEnd(thread);
    },
  };
};
