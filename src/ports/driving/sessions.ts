import type { Credentials } from "../../domain/caller.ts";
import type { Session, SessionId } from "../../domain/session.ts";

/** The sessions of browsers, as the cookie layer needs them. */
export interface Sessions {
  /** A fresh id, never one that came from a client. */
  newId(): SessionId;
  /** "session-unread" when the store does not answer; "none" when there is no such session. */
  open(id: SessionId): Promise<Credentials>;
  begin(id: SessionId, session: Session): Promise<void>;
  /** Writes a session's own values; its login stays as the store has it, and a session that ended stays ended. */
  saveValues(id: SessionId, session: Session): Promise<void>;
  end(id: SessionId): Promise<void>;
}
