import type { Seconds } from "../../../domain/brand.ts";
import type { Revision, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";

/**
 * Stores sessions until they have been idle for too long. Safe for many instances: every write is a compare-and-set, so
 * that a late one neither restores a session that has ended nor replaces new tokens by old ones. Every method may throw
 * StoreDown.
 */
export interface SessionStore {
  /**
   * Reads a session and touches it: it expires `idleTimeout` seconds from now. One round trip, no rewrite. Undefined:
   * there is none, or it has expired.
   */
  load(id: SessionId, idleTimeout: Seconds): Promise<StoredSession | undefined>;
  /** Reads a session without touching it. */
  peek(id: SessionId): Promise<StoredSession | undefined>;
  /** Stores a new session. The caller guarantees that its id is new. */
  create(id: SessionId, session: Session, idleTimeout: Seconds): Promise<Revision>;
  /**
   * Replaces the session if it still has this revision, atomically. "gone": it has ended; "changed": another writer
   * replaced it. In both cases nothing is written.
   */
  replace(id: SessionId, session: Session, expected: Revision, idleTimeout: Seconds): Promise<ReplaceOutcome>;
  /** Removes a session, in one round trip, and returns it. Undefined: it was gone already. */
  remove(id: SessionId): Promise<Session | undefined>;
  /**
   * All sessions, in no order and in bounded memory, for commands. One that exists during the whole iteration is yielded
   * at least once, and possibly twice; one that begins or ends meanwhile may be yielded. None is touched.
   */
  all(): AsyncIterable<ListedSession>;
  /** Resolves when the store is available. */
  ready(): Promise<void>;
}

export interface ListedSession {
  readonly id: SessionId;
  readonly session: Session;
}

export type ReplaceOutcome =
  | { readonly outcome: "replaced"; readonly revision: Revision }
  | { readonly outcome: "gone" | "changed" };
