import type { Seconds } from "../../../domain/brand.ts";
import type { Login, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";

interface Deps {
  readonly sessions: SessionStore;
  readonly registered: RegisteredSessions;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleTimeout: Seconds;
}

/** Updates a session's time of last use in the background. A lost update does no harm. */
export type TouchSession = (id: SessionId, stored: StoredSession, login: Login) => void;

/** How often the record is rewritten for this at most. */
const interval: Seconds = 60;

export const touchSession =
  (d: Deps): TouchSession =>
  (id, stored, login) => {
    const now = d.clock.now();
    if (now - (login.lastUsed ?? login.since) < interval) return;
    d.registered.touch(id, login);
    const session: Session = { ...stored.session, login: { ...login, lastUsed: now } };
    d.sessions.replace(id, session, stored.revision, d.idleTimeout).catch((cause: unknown) => {
      d.log.write({ event: "background", what: "noting a session's use", cause });
    });
  };
