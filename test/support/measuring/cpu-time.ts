/** CPU time of this thread, in milliseconds. Other processes on a busy machine do not count. */
const cpuTime = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** The CPU time of some synchronous work, in milliseconds. */
export const cpuTimeOf = (work: () => unknown): number => {
  const before = cpuTime();
  work();
  return cpuTime() - before;
};

export interface BlockingMonitor {
  /** For how many milliseconds of CPU time the event loop was blocked at most since the last call. */
  maxBlockingTime(): number;
  close(): void;
}

/** Monitors for how long this thread works without a turn of its event loop. */
export const monitorBlocking = (): BlockingMonitor => {
  let before = cpuTime();
  let max = 0;
  const sample = (): void => {
    const now = cpuTime();
    max = Math.max(max, now - before);
    before = now;
  };
  const timer = setInterval(sample, 1).unref();
  return {
    maxBlockingTime: () => {
      sample();
      const result = max;
      max = 0;
      return result;
    },
    close: () => clearInterval(timer),
  };
};
