import type { Seconds } from "../../../domain/brand.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";

/** How often something may be done that others ask for. */
export interface Allowance {
  /** Takes one of what is left; false: nothing is. */
  take(): boolean;
}

/** A token bucket: `capacity` at once, and one more whenever `interval` has passed. */
export const allowance = (capacity: number, interval: Seconds, clock: Clock): Allowance => {
  let left = capacity;
  let filledAt = clock.now();
  return {
    take() {
      const gained = Math.floor(Math.abs(clock.now() - filledAt) / interval);
      if (gained > 0) {
        left = Math.min(capacity, left + gained);
        filledAt = clock.now();
      }
      if (left === 0) return false;
      left -= 1;
      return true;
    },
  };
};
