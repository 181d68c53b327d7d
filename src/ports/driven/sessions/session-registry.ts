import type { Seconds } from "../../../domain/brand.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import type { SessionOwner } from "../../../domain/sessions/session-owner.ts";

/**
 * Says which sessions somebody has. It only points: an entry is written before its session and may outlive
 * it, so whoever reads looks into the session too. It ends what nobody puts off, so it grows no further than
 * there are sessions. Each operation touches the data of one owner alone. Every method may throw StoreDown.
 */
export interface SessionRegistry {
  /** Enters a session, or puts the end of its entry off until `lifetime` seconds from now. */
  add(owner: SessionOwner, id: SessionId, lifetime: Seconds): Promise<void>;
  /** The sessions entered, those first whose entries were put off last. */
  list(owner: SessionOwner): Promise<readonly SessionId[]>;
  /** Nothing happens when there is no such entry. */
  remove(owner: SessionOwner, id: SessionId): Promise<void>;
}
