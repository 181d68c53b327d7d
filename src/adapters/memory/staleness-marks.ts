import type { Seconds } from "../../domain/brand.ts";
import { laterMark } from "../../domain/renewal.ts";
import type { Username } from "../../domain/user.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { StalenessMarks } from "../../ports/driven/staleness-marks.ts";

export interface KeptMark {
  readonly at: Seconds;
  readonly ends: Seconds;
}

/**
 * For tests and for a single process.
 * @param lifetime How long a mark is kept; longer than any session, whose tokens it may have to make stale.
 * @param kept Shared by all stores on the same data.
 */
export const memoryStalenessMarks = (
  clock: Clock,
  lifetime: Seconds,
  kept: Map<Username, KeptMark> = new Map(),
): StalenessMarks => {
  const forgetEnded = (): void => {
    for (const [username, { ends }] of kept) if (ends <= clock.now()) kept.delete(username);
  };

  return {
    async mark(username, at) {
      forgetEnded();
      kept.set(username, { at: laterMark(kept.get(username)?.at, at), ends: clock.now() + lifetime });
    },

    now: async () => clock.now(),

    async find(username) {
      forgetEnded();
      return kept.get(username)?.at;
    },
  };
};
