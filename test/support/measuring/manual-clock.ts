import type { Seconds } from "../../../src/domain/brand.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface ManualClock extends Clock {
  pass(seconds: Seconds): void;
}

/** A clock that advances only by `pass`. */
export const manualClock = (start: Seconds = 1_800_000_000): ManualClock => {
  let now = start;
  return {
    now: () => now,
    pass(seconds) {
      now += seconds;
    },
  };
};
