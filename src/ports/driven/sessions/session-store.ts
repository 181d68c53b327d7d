import type { Seconds } from "../../../domain/brand.ts";
import type { Revision, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";

/**
 * Keeps sessions until nobody has used them for a while. Safe for many instances at once: every write says
 * what it expects to find, so that a late one neither brings back a session that has ended nor puts old
 * tokens over new ones. Every method may throw StoreDown.
 */
export interface SessionStore {
  /**
   * Reads a session and puts its end off until `idle` seconds from now, in one round trip and without
   * rewriting it. Undefined: there is none, or nobody used it for too long.
   */
  load(id: SessionId, idle: Seconds): Promise<StoredSession | undefined>;
  /** Reads a session and leaves its end where it is: for whoever looks at sessions without using them. */
  peek(id: SessionId): Promise<StoredSession | undefined>;
  /** Stores a new session. An id that is taken already is a fault of the caller's. */
  create(id: SessionId, session: Session, idle: Seconds): Promise<Revision>;
  /**
   * Replaces the session if it still has this revision, atomically. "gone": it has ended, and stays so;
   * "changed": somebody else wrote it in the meantime. In both cases nothing is written.
   */
  replace(id: SessionId, session: Session, expected: Revision, idle: Seconds): Promise<ReplaceOutcome>;
  /** Ends a session, in one round trip, and gives what it held at that moment. Undefined: it was gone already. */
  remove(id: SessionId): Promise<Session | undefined>;
  /**
   * Every session there is, in no order and in bounded memory, for the operator's commands. One that is there
   * all the while is given at least once, now and then twice; one that begins or ends meanwhile, perhaps.
   * Being given here puts no session's end off.
   */
  all(): AsyncIterable<ListedSession>;
  /** Returns when the store answers. */
  ready(): Promise<void>;
}

export interface ListedSession {
  readonly id: SessionId;
  readonly session: Session;
}

export type ReplaceOutcome =
  | { readonly outcome: "replaced"; readonly revision: Revision }
  | { readonly outcome: "gone" | "changed" };
