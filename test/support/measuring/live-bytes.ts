import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of array buffers that are still referenced; garbage is collected first. */
export const liveBytes = (): number => {
  // The first frees buffers in another thread, for which the second waits.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};
