import type { Seconds } from "../../../src/domain/brand.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SessionOwner } from "../../../src/domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../src/ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

/** When each session's entry expires; the most recently added or extended entry is the last. */
export type MemoryEntries = Map<SessionId, Seconds>;

/** @param records Shared by all instances. */
export const memorySessionRegistry = (
  clock: Clock,
  records: Map<SessionOwner, MemoryEntries> = new Map(),
): SessionRegistry => {
  const unexpired = (entries: MemoryEntries = new Map()): MemoryEntries =>
    new Map([...entries].filter(([, expiresAt]) => expiresAt > clock.now()));

  const removeExpired = (): void => {
    for (const [owner, entries] of records) {
      const remaining = unexpired(entries);
      if (remaining.size === 0) records.delete(owner);
      else records.set(owner, remaining);
    }
  };

  return {
    async add(owner, id, lifetime) {
      removeExpired();
      const entries = unexpired(records.get(owner));
      entries.delete(id);
      records.set(owner, entries.set(id, clock.now() + lifetime));
    },

    list: async (owner) => [...unexpired(records.get(owner)).keys()].reverse(),

    async remove(owner, id) {
      const entries = records.get(owner);
      if (entries?.delete(id) && entries.size === 0) records.delete(owner);
    },
  };
};
