import type { Seconds } from "../../../src/domain/brand.ts";
import type { Revision, Session, SessionId, StoredSession } from "../../../src/domain/sessions/session.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface KeptSession {
  /** As JSON, so that nobody holds on to what is stored, and only what JSON can say survives, as elsewhere. */
  readonly json: string;
  readonly revision: Revision;
  readonly ends: Seconds;
}

/**
 * For tests and for a single process.
 * @param records Shared by all stores on the same data.
 */
export const memorySessionStore = (
  clock: Clock,
  records: Map<SessionId, KeptSession> = new Map(),
): SessionStore => {
  const forgetEnded = (): void => {
    for (const [id, { ends }] of records) if (ends <= clock.now()) records.delete(id);
  };

  const keep = (id: SessionId, session: Session, idle: Seconds): Revision => {
    forgetEnded();
    const revision = crypto.randomUUID() as string as Revision;
    records.set(id, { json: JSON.stringify(session), revision, ends: clock.now() + idle });
    return revision;
  };

  const present = (id: SessionId): KeptSession | undefined => {
    const found = records.get(id);
    return found && found.ends > clock.now() ? found : undefined;
  };

  const peek = async (id: SessionId): Promise<StoredSession | undefined> => {
    const found = present(id);
    return found && { session: JSON.parse(found.json) as Session, revision: found.revision };
  };

  return {
    peek,

    async load(id, idle) {
      const found = present(id);
      if (found === undefined) return undefined;
      records.set(id, { ...found, ends: clock.now() + idle });
      return peek(id);
    },

    async create(id, session, idle) {
      if (present(id) !== undefined) throw new Error("A session of this id exists already.");
      return keep(id, session, idle);
    },

    async replace(id, session, expected, idle) {
      const found = present(id);
      if (found === undefined) return { outcome: "gone" };
      if (found.revision !== expected) return { outcome: "changed" };
      return { outcome: "replaced", revision: keep(id, session, idle) };
    },

    async remove(id) {
      const found = present(id);
      records.delete(id);
      return found && (JSON.parse(found.json) as Session);
    },

    async *all() {
      for (const id of [...records.keys()]) {
        const found = present(id);
        if (found !== undefined) yield { id, session: JSON.parse(found.json) as Session };
      }
    },

    async ready() {},
  };
};
