import type { Seconds } from "../../../src/domain/brand.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SessionOwner } from "../../../src/domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../src/ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/** When each entry ends, in the order in which the entries were put off. */
export type KeptEntries = Map<SessionId, Seconds>;

/**
 * For tests and for a single process.
 * @param kept Shared by all indexes on the same data.
 */
export const memorySessionRegistry = (
  clock: Clock,
  kept: Map<SessionOwner, KeptEntries> = new Map(),
): SessionRegistry => {
  const present = (entries: KeptEntries = new Map()): KeptEntries =>
    new Map([...entries].filter(([, ends]) => ends > clock.now()));

  const forgetEnded = (): void => {
    for (const [owner, entries] of kept) {
      const left = present(entries);
      if (left.size === 0) kept.delete(owner);
      else kept.set(owner, left);
    }
  };

  return {
    async add(owner, id, lifetime) {
      forgetEnded();
      const entries = present(kept.get(owner));
      entries.delete(id);
      kept.set(owner, entries.set(id, clock.now() + lifetime));
    },

    list: async (owner) => [...present(kept.get(owner)).keys()].reverse(),

    async remove(owner, id) {
      const entries = kept.get(owner);
      if (entries?.delete(id) && entries.size === 0) kept.delete(owner);
    },
  };
};
