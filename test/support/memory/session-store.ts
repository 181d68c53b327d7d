import type { Seconds } from "../../../src/domain/brand.ts";
import type { Revision, Session, SessionId, StoredSession } from "../../../src/domain/sessions/session.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface StoredRecord {
  /** A JSON copy, so that no caller shares the stored object, and only what JSON can represent survives. */
  readonly json: string;
  readonly revision: Revision;
  readonly expiresAt: Seconds;
}

/** @param records Shared by all instances. */
export const memorySessionStore = (
  clock: Clock,
  records: Map<SessionId, StoredRecord> = new Map(),
): SessionStore => {
  const removeExpired = (): void => {
    for (const [id, { expiresAt }] of records) if (expiresAt <= clock.now()) records.delete(id);
  };

  const write = (id: SessionId, session: Session, idleTimeout: Seconds): Revision => {
    removeExpired();
    const revision = crypto.randomUUID() as string as Revision;
    records.set(id, { json: JSON.stringify(session), revision, expiresAt: clock.now() + idleTimeout });
    return revision;
  };

  const findUnexpired = (id: SessionId): StoredRecord | undefined => {
    const record = records.get(id);
    return record && record.expiresAt > clock.now() ? record : undefined;
  };

  const peek = async (id: SessionId): Promise<StoredSession | undefined> => {
    const record = findUnexpired(id);
    return record && { session: JSON.parse(record.json) as Session, revision: record.revision };
  };

  return {
    peek,

    async load(id, idleTimeout) {
      const record = findUnexpired(id);
      if (record === undefined) return undefined;
      records.set(id, { ...record, expiresAt: clock.now() + idleTimeout });
      return peek(id);
    },

    async create(id, session, idleTimeout) {
      if (findUnexpired(id) !== undefined) throw new Error("A session of this id exists already.");
      return write(id, session, idleTimeout);
    },

    async replace(id, session, expected, idleTimeout) {
      const record = findUnexpired(id);
      if (record === undefined) return { outcome: "gone" };
      if (record.revision !== expected) return { outcome: "changed" };
      return { outcome: "replaced", revision: write(id, session, idleTimeout) };
    },

    async remove(id) {
      const record = findUnexpired(id);
      records.delete(id);
      return record && (JSON.parse(record.json) as Session);
    },

    async *all() {
      for (const id of [...records.keys()]) {
        const record = findUnexpired(id);
        if (record !== undefined) yield { id, session: JSON.parse(record.json) as Session };
      }
    },

    async ready() {},
  };
};
