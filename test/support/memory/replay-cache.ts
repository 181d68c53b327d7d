import type { Seconds } from "../../../src/domain/brand.ts";
import type { ReplayCache } from "../../../src/ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/**
 * For tests and for a single process.
 * @param records When each notice is forgotten; shared by all that remember the same.
 */
export const memoryReplayCache = (clock: Clock, records: Map<string, Seconds> = new Map()): ReplayCache => {
  const forgetEnded = (): void => {
    for (const [id, ends] of records) if (ends <= clock.now()) records.delete(id);
  };

  return {
    async has(id) {
      forgetEnded();
      return records.has(id);
    },

    async claim(id, lifetime) {
      forgetEnded();
      const isFirst = !records.has(id);
      if (isFirst) records.set(id, clock.now() + lifetime);
      return isFirst;
    },

    async add(id, lifetime) {
      forgetEnded();
      records.set(id, clock.now() + lifetime);
    },
  };
};
