import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const resolution = 5;

/** For how many milliseconds this process, and a server in it, answered nobody at a stretch while `work` went on. */
export const longestHold = async <T>(work: () => Promise<T>): Promise<{ held: number; result: T }> => {
  const delay = monitorEventLoopDelay({ resolution });
  // What went on before is none of it.
  await pause(50);
  delay.enable();
  await pause(2 * resolution);
  const result = await work();
  await pause(2 * resolution);
  delay.disable();
  return { held: delay.max / 1e6, result };
};
