import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import type { NotBeforeMarks } from "../../ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";

/** How long a mark that another instance set may go unnoticed here. */
const lifetime: Seconds = 5;
const maxUsers = 10_000;

/**
 * Caches each user's mark for a few seconds, so that an authenticated request costs one round trip to the stores. A
 * mark that is set here takes effect here at once. Permissions are never cached.
 */
export const cachedMarks = (marks: NotBeforeMarks, clock: Clock): NotBeforeMarks => {
  const cache = new LRUCache<string, { readonly since: Seconds | undefined; readonly until: Seconds }>({
    max: maxUsers,
  });
  let changes = 0;
  return {
    mark: async (username, at) => {
      await marks.mark(username, at);
      changes += 1;
      cache.delete(username);
    },
    now: () => marks.now(),
    find: async (username) => {
      const hit = cache.get(username);
      if (hit && hit.until > clock.now()) return hit.since;
      const until = clock.now() + lifetime;
      const changesBefore = changes;
      const since = await marks.find(username);
      // A lookup that was in flight while a mark was set may have read the state before it.
      if (changes === changesBefore) cache.set(username, { since, until });
      return since;
    },
  };
};
