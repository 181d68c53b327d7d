import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { OpenLimiter } from "../../ports/driven/system/limiter.ts";

/** Bounds the memory to a few megabytes, since clients choose the keys; the least recently used are evicted. */
const maxKeys = 20_000;

/** Limiters for a server of one process, whose counts end with it. Each key is a token bucket, stored as a time. */
export const memoryLimiters = (clock: Clock): OpenLimiter => {
  /** When each key's bucket is full again. */
  const fullAt = new LRUCache<string, Seconds>({ max: maxKeys });
  return (purpose, { burst, interval }) => {
    const hashOf = (key: string) =>
      createHash("sha256").update(`${purpose}\0`).update(key).digest("base64url");
    const timeToFull = (hash: string, now: Seconds) =>
      // The upper bound is for a clock that was set back.
      Math.min(Math.max((fullAt.get(hash) ?? now) - now, 0), burst * interval);
    return {
      attempt: async (key) => {
        const [hash, now] = [hashOf(key), clock.now()];
        const used = timeToFull(hash, now);
        const wait = used - (burst - 1) * interval;
        if (wait > 0) return wait;
        fullAt.set(hash, now + used + interval);
        return 0;
      },
      refund: async (key) => {
        const [hash, now] = [hashOf(key), clock.now()];
        const used = timeToFull(hash, now);
        if (used > interval) fullAt.set(hash, now + used - interval);
        else fullAt.delete(hash);
      },
      reset: async (key) => void fullAt.delete(hashOf(key)),
    };
  };
};
