import type { Seconds } from "../../../src/domain/brand.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import { laterMark } from "../../../src/domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../../src/ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface KeptMark {
  readonly at: Seconds;
  readonly ends: Seconds;
}

/**
 * For tests and for a single process.
 * @param lifetime How long a mark is records; longer than any session, whose tokens it may have to make stale.
 * @param records Shared by all stores on the same data.
 */
export const memoryNotBeforeMarks = (
  clock: Clock,
  lifetime: Seconds,
  records: Map<Username, KeptMark> = new Map(),
): NotBeforeMarks => {
  const forgetEnded = (): void => {
    for (const [username, { ends }] of records) if (ends <= clock.now()) records.delete(username);
  };

  return {
    async mark(username, at) {
      forgetEnded();
      records.set(username, { at: laterMark(records.get(username)?.at, at), ends: clock.now() + lifetime });
    },

    now: async () => clock.now(),

    async find(username) {
      forgetEnded();
      return records.get(username)?.at;
    },
  };
};
