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
  readonly idle: Seconds;
}

/** Notes that a session's owner was seen. Nobody waits for it, and losing a note loses nothing. */
export type TouchSession = (id: SessionId, stored: StoredSession, login: Login) => void;

/** A record is rewritten for this at most once in so long. */
const interval: Seconds = 60;

export const touchSession =
  (d: Deps): TouchSession =>
  (id, stored, login) => {
    const now = d.clock.now();
    if (now - (login.lastUsed ?? login.since) < interval) return;
    d.registered.touch(id, login);
    const session: Session = { ...stored.session, login: { ...login, lastUsed: now } };
    d.sessions.replace(id, session, stored.revision, d.idle).catch((cause: unknown) => {
      d.log.write({ event: "background", what: "noting a session's use", cause });
    });
  };
