import type { Seconds } from "../../../domain/brand.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";

/** Limits how often untrusted callers may cause something. */
export interface TokenBucket {
  /** Takes a token; false when the bucket is empty. */
  take(): boolean;
}

/** A full bucket of `capacity` tokens, to which one is added after each interval. */
export const tokenBucket = (capacity: number, interval: Seconds, clock: Clock): TokenBucket => {
  let tokens = capacity;
  let refilledAt = clock.now();
  return {
    take() {
      const added = Math.floor(Math.abs(clock.now() - refilledAt) / interval);
      if (added > 0) {
        tokens = Math.min(capacity, tokens + added);
        refilledAt = clock.now();
      }
      if (tokens === 0) return false;
      tokens -= 1;
      return true;
    },
  };
};
