/** Milliseconds of CPU that this thread has used: what else runs on a busy machine does not count. */
const used = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** For how many milliseconds of CPU this takes. */
export const timed = (work: () => unknown): number => {
  const before = used();
  work();
  return used() - before;
};

export interface Stretches {
  /** Milliseconds of CPU that this thread worked at a stretch at most, and answered nobody, since this was last called. */
  longest(): number;
  close(): void;
}

/** Watches for how long this thread works without looking for anything new to do. */
export const watchStretches = (): Stretches => {
  let before = used();
  let longest = 0;
  const look = (): void => {
    const now = used();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const ticking = setInterval(look, 1).unref();
  return {
    longest: () => {
      look();
      const found = longest;
      longest = 0;
      return found;
    },
    close: () => clearInterval(ticking),
  };
};
