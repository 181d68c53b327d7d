import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of buffers that somebody still holds: what waits to be collected does not count. */
export const liveBytes = (): number => {
  // The second waits for the first one's buffers, which are freed in another thread.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};
