import type { Seconds } from "../../../src/domain/brand.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import { laterMark } from "../../../src/domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../../src/ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface StoredMark {
  readonly at: Seconds;
  readonly expiresAt: Seconds;
}

/**
 * @param lifetime When a mark expires; longer than any session lives, since the mark may make its tokens stale.
 * @param records Shared by all instances.
 */
export const memoryNotBeforeMarks = (
  clock: Clock,
  lifetime: Seconds,
  records: Map<Username, StoredMark> = new Map(),
): NotBeforeMarks => {
  const removeExpired = (): void => {
    for (const [username, { expiresAt }] of records) if (expiresAt <= clock.now()) records.delete(username);
  };

  return {
    async mark(username, at) {
      removeExpired();
      records.set(username, {
        at: laterMark(records.get(username)?.at, at),
        expiresAt: clock.now() + lifetime,
      });
    },

    now: async () => clock.now(),

    async find(username) {
      removeExpired();
      return records.get(username)?.at;
    },
  };
};
