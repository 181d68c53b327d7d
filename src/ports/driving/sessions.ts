import type { Credentials } from "../../domain/identity/caller.ts";
import type { SessionId, SessionValues } from "../../domain/sessions/session.ts";

/** The sessions of browsers and the values in them, for the session middleware; `SignIn` begins those with a login. */
export interface Sessions {
  /** A new random id, never one that a client sent. */
  newId(): SessionId;
  /** "session-unavailable" when the store does not answer; "none" when there is no such session. */
  open(id: SessionId): Promise<Credentials>;
  /** Begins a session that nobody is logged in with. "session-unavailable" when the store does not confirm it. */
  begin(id: SessionId, values: SessionValues): Promise<Credentials>;
  /** Writes a session's values; its login stays as the store has it, and a session that ended stays ended. */
  saveValues(id: SessionId, values: SessionValues): Promise<void>;
  /** Ends a session, and the login in it. Throws StoreDown. */
  end(id: SessionId): Promise<void>;
}
