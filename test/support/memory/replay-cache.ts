import type { Seconds } from "../../../src/domain/brand.ts";
import type { ReplayCache } from "../../../src/ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/** @param records When each id expires; shared by all instances. */
export const memoryReplayCache = (clock: Clock, records: Map<string, Seconds> = new Map()): ReplayCache => {
  const removeExpired = (): void => {
    for (const [id, expiresAt] of records) if (expiresAt <= clock.now()) records.delete(id);
  };

  return {
    async has(id) {
      removeExpired();
      return records.has(id);
    },

    async claim(id, lifetime) {
      removeExpired();
      const isNew = !records.has(id);
      if (isNew) records.set(id, clock.now() + lifetime);
      return isNew;
    },

    async add(id, lifetime) {
      removeExpired();
      records.set(id, clock.now() + lifetime);
    },
  };
};
