import type { Credentials } from "../../domain/identity/caller.ts";
import type { Session, SessionId } from "../../domain/sessions/session.ts";

/** The sessions of browsers, for the session middleware. */
export interface Sessions {
  /** A new random id, never one that a client sent. */
  newId(): SessionId;
  /** "session-unavailable" when the store does not answer; "none" when there is no such session. */
  open(id: SessionId): Promise<Credentials>;
  /** Throws StoreDown; ends the least recently used sessions of somebody who has too many. */
  begin(id: SessionId, session: Session): Promise<void>;
  /** Writes a session's values. Its login stays as it is in the store, and a session that ended stays ended. */
  saveValues(id: SessionId, session: Session): Promise<void>;
  /** Ends a browser's sessions at a logout, and revokes their refresh tokens in the background. */
  logOut(ids: ReadonlySet<SessionId>): Promise<void>;
  /** Ends a session that a new one replaces, or whose creation was not confirmed. */
  end(id: SessionId): Promise<void>;
}
