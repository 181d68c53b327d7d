import type { Seconds } from "../../../src/domain/brand.ts";
import type { ReplayCache } from "../../../src/ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/**
 * For tests and for a single process.
 * @param kept When each notice is forgotten; shared by all that remember the same.
 */
export const memoryReplayCache = (clock: Clock, kept: Map<string, Seconds> = new Map()): ReplayCache => {
  const forgetEnded = (): void => {
    for (const [id, ends] of kept) if (ends <= clock.now()) kept.delete(id);
  };

  return {
    async has(id) {
      forgetEnded();
      return kept.has(id);
    },

    async claim(id, lifetime) {
      forgetEnded();
      const isFirst = !kept.has(id);
      if (isFirst) kept.set(id, clock.now() + lifetime);
      return isFirst;
    },

    async add(id, lifetime) {
      forgetEnded();
      kept.set(id, clock.now() + lifetime);
    },
  };
};
