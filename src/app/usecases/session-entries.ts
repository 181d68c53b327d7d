import type { Seconds } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Login, SessionId } from "../../domain/session.ts";
import type { SessionOwner } from "../../domain/session-owner.ts";
import { byUsername, ownersOf } from "../../domain/session-owner.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { SessionIndex } from "../../ports/driven/session-index.ts";
import type { SessionStore } from "../../ports/driven/session-store.ts";

/** Sessions with logins, as the index knows them. */
export interface SessionEntries {
  /**
   * Enters a session that is about to be stored: before, so that none is ever missing. Somebody who has too
   * many then loses those that were used least recently.
   */
  enter(id: SessionId, login: Login): Promise<void>;
  /** To be called when a session's use is noted, before the note is written. Nobody waits for it. */
  renew(id: SessionId, login: Login): void;
  /** The logins that are there and wanted, whoever of these owners they were entered under. */
  find(owners: readonly SessionOwner[], isWanted: (login: Login) => boolean): Promise<readonly FoundLogin[]>;
  /** Ends a session; `why` is for the log. */
  end(id: SessionId, login: Login | undefined, why: string): Promise<void>;
}

export interface FoundLogin {
  readonly id: SessionId;
  readonly login: Login;
}

interface Deps {
  readonly sessions: SessionStore;
  readonly index: SessionIndex;
  readonly clock: Clock;
  readonly log: Log;
  readonly idle: Seconds;
}

/** Of one username: more than all the browsers somebody has; scripts that log in for each request meet it. */
const maxSessions = 100;

/** Entries are put off once in so long, and outlive their sessions by far more than that. */
const renewInterval: Seconds = 3600;
const outlives: Seconds = 86_400;

/** How many sessions are looked at together. */
const batchSize = 20;

export const sessionEntries = (d: Deps): SessionEntries => {
  const add = (id: SessionId, login: Login) =>
    Promise.all(ownersOf(login).map((owner) => d.index.add(owner, id, d.idle + outlives)));
  const entries: SessionEntries = {
    enter: async (id, login) => {
      await add(id, login);
      const owner = byUsername(login.username);
      for (const surplus of (await d.index.list(owner)).slice(maxSessions)) {
        const stored = await d.sessions.peek(surplus);
        await entries.end(surplus, stored?.session.login, "its owner has too many");
        await d.index.remove(owner, surplus);
      }
    },
    renew: (id, login) => {
      const interval = (time: Seconds) => Math.floor(time / renewInterval);
      if (interval(d.clock.now()) === interval(login.lastUsed ?? login.since)) return;
      add(id, login).catch((cause: unknown) => {
        d.log.write({ event: "background", what: "renewing the index of sessions", cause });
      });
    },
    find: async (owners, isWanted) => {
      const lists = await Promise.all(owners.map((owner) => d.index.list(owner)));
      const ids = [...new Set(lists.flat())];
      const found: FoundLogin[] = [];
      for (let start = 0; start < ids.length; start += batchSize) {
        const batch = ids.slice(start, start + batchSize);
        const logins = await Promise.all(batch.map(async (id) => (await d.sessions.peek(id))?.session.login));
        for (const [at, id] of batch.entries()) {
          const login = logins[at];
          if (login && isWanted(login)) found.push({ id, login });
        }
      }
      return found;
    },
    end: async (id, login, why) => {
      await d.sessions.remove(id);
      if (!login) return;
      d.log.write({ event: "session-ended", username: login.username, why });
      // The session has ended, and an entry without one ends by itself.
      await Promise.all(ownersOf(login).map((owner) => d.index.remove(owner, id))).catch((cause: unknown) => {
        if (!(cause instanceof StoreDown)) throw cause;
        d.log.write({ event: "background", what: "taking a session out of the index", cause });
      });
    },
  };
  return entries;
};
