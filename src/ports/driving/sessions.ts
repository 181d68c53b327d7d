import type { Credentials } from "../../domain/identity/caller.ts";
import type { Session, SessionId } from "../../domain/sessions/session.ts";

/** The sessions of browsers, as the cookie layer needs them. */
export interface Sessions {
  /** A fresh id, never one that came from a client. */
  newId(): SessionId;
  /** "session-unavailable" when the store does not answer; "none" when there is no such session. */
  open(id: SessionId): Promise<Credentials>;
  /** Throws StoreDown; ends the least recently used sessions of somebody who has too many. */
  begin(id: SessionId, session: Session): Promise<void>;
  /** Writes a session's own values; its login stays as the store has it, and a session that ended stays ended. */
  saveValues(id: SessionId, session: Session): Promise<void>;
  /** Ends the sessions of a browser whose owner leaves, and has the provider forget the logins; nobody waits for that. */
  logOut(ids: ReadonlySet<SessionId>): Promise<void>;
  /** Ends a session that a new one follows, or that was never confirmed. */
  end(id: SessionId): Promise<void>;
}
