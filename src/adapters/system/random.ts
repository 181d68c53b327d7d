import { randomBytes } from "node:crypto";
import type { Random } from "../../ports/driven/system/random.ts";

/** Drawn at once for many texts: a request needs one or two, and asking the system takes longer than all else. */
const drawnBytes = 4096;

export const systemRandom = (): Random => {
  let drawn = Buffer.alloc(0);
  let used = 0;
  return {
    text: (bytes) => {
      if (bytes > drawnBytes) return randomBytes(bytes).toString("base64url");
      if (used + bytes > drawn.length) {
        drawn = randomBytes(drawnBytes);
        used = 0;
      }
      const piece = drawn.subarray(used, used + bytes);
      used += bytes;
      const text = piece.toString("base64url");
      // What has become somebody's secret does not stay here.
      piece.fill(0);
      return text;
    },
    fraction: () => Math.random(),
  };
};
