import { randomBytes } from "node:crypto";
import type { Random } from "../../ports/driven/system/random.ts";

/**
 * In bytes: generated at once for many texts, since a call of `randomBytes` is slow and a request needs one or two.
 */
const poolSize = 4096;

/** Cryptographically secure random texts, and fractions of Math.random. */
export const systemRandom = (): Random => {
  let pool = Buffer.alloc(0);
  let offset = 0;
  return {
    text: (bytes) => {
      if (bytes > poolSize) return randomBytes(bytes).toString("base64url");
      if (offset + bytes > pool.length) {
        pool = randomBytes(poolSize);
        offset = 0;
      }
      const slice = pool.subarray(offset, offset + bytes);
      offset += bytes;
      const text = slice.toString("base64url");
      // The text may be a secret, so its bytes are erased.
      slice.fill(0);
      return text;
    },
    fraction: () => Math.random(),
  };
};
