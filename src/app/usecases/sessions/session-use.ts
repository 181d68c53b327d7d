import type { Seconds } from "../../../domain/brand.ts";
import type { Login, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { SessionEntries } from "./session-entries.ts";

interface Deps {
  readonly sessions: SessionStore;
  readonly entries: SessionEntries;
  readonly clock: Clock;
  readonly log: Log;
  readonly idle: Seconds;
}

/** Notes that a session's owner was seen. Nobody waits for it, and losing a note loses nothing. */
export type NoteUse = (id: SessionId, stored: StoredSession, login: Login) => void;

/** A record is rewritten for this at most once in so long. */
const interval: Seconds = 60;

export const noteUse =
  (d: Deps): NoteUse =>
  (id, stored, login) => {
    const now = d.clock.now();
    if (now - (login.lastUsed ?? login.since) < interval) return;
    d.entries.renew(id, login);
    const session: Session = { ...stored.session, login: { ...login, lastUsed: now } };
    d.sessions.replace(id, session, stored.revision, d.idle).catch((cause: unknown) => {
      d.log.write({ event: "background", what: "noting a session's use", cause });
    });
  };
