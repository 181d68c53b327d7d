import type { Seconds } from "../../../domain/brand.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import type { SessionOwner } from "../../../domain/sessions/session-owner.ts";

/**
 * The ids of each owner's sessions. An entry is written before its session and may outlive it, so readers have to look
 * into the session too. Entries expire, which bounds the registry by the number of sessions. Each operation is on the
 * entries of one owner. Every method may throw StoreDown.
 */
export interface SessionRegistry {
  /** Adds a session's entry, or extends it; it expires `lifetime` seconds from now. */
  add(owner: SessionOwner, id: SessionId, lifetime: Seconds): Promise<void>;
  /** The owner's sessions, the most recently added or extended ones first. */
  list(owner: SessionOwner): Promise<readonly SessionId[]>;
  /** Does nothing when there is no such entry. */
  remove(owner: SessionOwner, id: SessionId): Promise<void>;
}
