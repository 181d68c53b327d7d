import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const resolution = 5;

/** Runs some work and measures for how many milliseconds at a stretch the event loop of this process was blocked. */
export const maxEventLoopDelay = async <T>(
  work: () => Promise<T>,
): Promise<{ delayMs: number; result: T }> => {
  const histogram = monitorEventLoopDelay({ resolution });
  // Earlier work must not count.
  await pause(50);
  histogram.enable();
  await pause(2 * resolution);
  const result = await work();
  await pause(2 * resolution);
  histogram.disable();
  return { delayMs: histogram.max / 1e6, result };
};
