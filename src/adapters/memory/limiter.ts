import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { OpenLimiter } from "../../ports/driven/system/limiter.ts";

/** A few megabytes, whoever chooses the keys: those that were used longest ago are forgotten first. */
const mostKeys = 20_000;

/** For a server of one process; it forgets everything at its end. */
export const memoryLimiters = (clock: Clock): OpenLimiter => {
  /** When as many attempts as ever may be made again. */
  const restored = new LRUCache<string, Seconds>({ max: mostKeys });
  return (purpose, { burst, interval }) => {
    const nameOf = (key: string) =>
      createHash("sha256").update(`${purpose}\0`).update(key).digest("base64url");
    return {
      attempt: async (key) => {
        const [name, now] = [nameOf(key), clock.now()];
        // Bounded above as well, for a clock that was set back.
        const debt = Math.min(Math.max((restored.get(name) ?? now) - now, 0), burst * interval);
        const wait = debt - (burst - 1) * interval;
        if (wait > 0) return wait;
        restored.set(name, now + debt + interval);
        return 0;
      },
      reset: async (key) => void restored.delete(nameOf(key)),
    };
  };
};
