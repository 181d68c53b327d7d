import type { Seconds } from "../../../src/domain/brand.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SessionOwner } from "../../../src/domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../src/ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/** When each entry ends, in the order in which the entries were put off. */
export type MemoryEntries = Map<SessionId, Seconds>;

/**
 * For tests and for a single process.
 * @param records Shared by all indexes on the same data.
 */
export const memorySessionRegistry = (
  clock: Clock,
  records: Map<SessionOwner, MemoryEntries> = new Map(),
): SessionRegistry => {
  const present = (entries: MemoryEntries = new Map()): MemoryEntries =>
    new Map([...entries].filter(([, ends]) => ends > clock.now()));

  const forgetEnded = (): void => {
    for (const [owner, entries] of records) {
      const left = present(entries);
      if (left.size === 0) records.delete(owner);
      else records.set(owner, left);
    }
  };

  return {
    async add(owner, id, lifetime) {
      forgetEnded();
      const entries = present(records.get(owner));
      entries.delete(id);
      records.set(owner, entries.set(id, clock.now() + lifetime));
    },

    list: async (owner) => [...present(records.get(owner)).keys()].reverse(),

    async remove(owner, id) {
      const entries = records.get(owner);
      if (entries?.delete(id) && entries.size === 0) records.delete(owner);
    },
  };
};
