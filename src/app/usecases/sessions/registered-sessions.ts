import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { Login, SessionId } from "../../../domain/sessions/session.ts";
import { byPerson, byUsername, ownersOf } from "../../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../ports/driven/sessions/session-registry.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { FindSessions, FoundSession } from "../identity/find-sessions.ts";
import type { RevocationRule, RevokeLogin } from "../identity/revoke-login.ts";
import type { SessionTokens } from "./session-tokens.ts";

/** Sessions with logins, as the registry knows them. */
export interface RegisteredSessions {
  /**
   * Enters a session that is about to be stored: before, so that none is ever missing. Somebody who has too
   * many then loses those that were used least recently.
   */
  register(id: SessionId, login: Login): Promise<void>;
  /** To be called when a session's use is noted, before the note is written. Nobody waits for it. */
  touch(id: SessionId, login: Login): void;
  readonly find: FindSessions;
  /**
   * Ends sessions, and has the provider forget their logins by this rule, if any; `why` is for the log. The
   * answer is how many there still were.
   */
  end(ids: readonly SessionId[], why: string, rule: RevocationRule | undefined): Promise<number>;
}

interface Deps {
  readonly sessions: SessionStore;
  readonly registry: SessionRegistry;
  readonly tokens: Pick<SessionTokens, "open">;
  readonly find: FindSessions;
  readonly revoke: RevokeLogin;
  readonly clock: Clock;
  readonly log: Log;
  readonly idle: Seconds;
}

/** Of one person: more than all the browsers somebody has; scripts that log in for each request meet it. */
const maxSessions = 100;

/** Entries are put off once in so long, and outlive their sessions by far more than that. */
const renewInterval: Seconds = 3600;
const outlives: Seconds = 86_400;

export const registeredSessions = (d: Deps): RegisteredSessions => {
  const add = (id: SessionId, login: Login) =>
    Promise.all(ownersOf(login).map((owner) => d.registry.add(owner, id, d.idle + outlives)));

  const leave = ({ id, login }: FoundSession, why: string, rule: RevocationRule | undefined): void => {
    d.log.write({ event: "session-ended", username: login.username, why });
    const opened = rule && d.tokens.open(id, login);
    if (opened) d.revoke(login, opened.tokens, rule);
  };

  /** The session has ended, and an entry without one ends by itself. */
  const takeOut = ({ id, login }: FoundSession): Promise<unknown> =>
    Promise.all(ownersOf(login).map((owner) => d.registry.remove(owner, id))).catch((cause: unknown) => {
      if (!(cause instanceof StoreDown)) throw cause;
      d.log.write({ event: "background", what: "taking a session out of the registry", cause });
    });

  const registered: RegisteredSessions = {
    register: async (id, login) => {
      await add(id, login);
      const owner = login.person ? byPerson(login.person) : byUsername(login.username);
      const surplus = (await d.registry.list(owner)).slice(maxSessions);
      await registered.end(surplus, "its owner has too many", "unless-shared");
      for (const each of surplus) await d.registry.remove(owner, each);
    },
    touch: (id, login) => {
      const interval = (time: Seconds) => Math.floor(time / renewInterval);
      if (interval(d.clock.now()) === interval(login.lastUsed ?? login.since)) return;
      add(id, login).catch((cause: unknown) => {
        d.log.write({ event: "background", what: "renewing the registry of sessions", cause });
      });
    },
    find: d.find,
    end: async (ids, why, rule) => {
      const ended: FoundSession[] = [];
      try {
        for (const id of ids) {
          const login = (await d.sessions.remove(id))?.login;
          if (login) ended.push({ id, login });
        }
      } finally {
        // Also those that ended before an outage; and only when all have, since they may share what is revoked.
        for (const each of ended) leave(each, why, rule);
        await Promise.all(ended.map(takeOut));
      }
      return ended.length;
    },
  };
  return registered;
};
