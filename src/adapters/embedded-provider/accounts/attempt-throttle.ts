import { LRUCache } from "lru-cache";
import type { Seconds } from "../../../domain/brand.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";

/** Slows down guessing of one username's password, whether or not there is such a user. */
export interface AttemptThrottle {
  /** Counts an attempt as failed until `succeeded` says otherwise. Above 0: refused, try again after so long. */
  begin(username: string): Seconds;
  succeeded(username: string): void;
}

interface Attempts {
  readonly failed: number;
  readonly until: Seconds;
}

const freeAttempts = 5;
const longestWait: Seconds = 60;
const rememberedUsernames = 1000;

export const createAttemptThrottle = (clock: Clock): AttemptThrottle => {
  const attempts = new LRUCache<string, Attempts>({ max: rememberedUsernames });
  return {
    begin(username) {
      const { failed, until } = attempts.get(username) ?? { failed: 0, until: 0 };
      const now = clock.now();
      if (until > now) return Math.ceil(until - now);
      const wait = failed + 1 < freeAttempts ? 0 : Math.min(2 ** (failed + 2 - freeAttempts), longestWait);
      attempts.set(username, { failed: failed + 1, until: now + wait });
      return 0;
    },
    succeeded(username) {
      attempts.delete(username);
    },
  };
};
