/** Threads that wait for work, and end when none comes. */
export interface RestingThreads<Thread> {
  rest(thread: Thread): void;
  /** The one that rests for the shortest time, so that the others come to their end. */
  take(): Thread | undefined;
  endAll(): void;
}

export const restingThreads = <Thread>(
  seconds: number,
  end: (thread: Thread) => void,
): RestingThreads<Thread> => {
  const timers = new Map<Thread, NodeJS.Timeout>();
  const leave = (thread: Thread): void => {
    clearTimeout(timers.get(thread));
    timers.delete(thread);
  };
  const leaveAndEnd = (thread: Thread): void => {
    leave(thread);
    end(thread);
  };
  return {
    rest: (thread) => void timers.set(thread, setTimeout(leaveAndEnd, seconds * 1000, thread).unref()),
    take: () => {
      const latest = [...timers.keys()].at(-1);
      if (latest !== undefined) leave(latest);
      return latest;
    },
    endAll: () => {
      for (const thread of [...timers.keys()]) leaveAndEnd(thread);
    },
  };
};
