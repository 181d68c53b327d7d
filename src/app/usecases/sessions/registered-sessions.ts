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

/** Sessions with logins, and their entries in the registry. */
export interface RegisteredSessions {
  /**
   * Registers a session before it is stored, so that no stored session is ever missing. Ends the owner's least recently
   * used sessions when there are too many.
   */
  register(id: SessionId, login: Login): Promise<void>;
  /** Extends a session's entries when it is touched, at intervals only and in the background. */
  touch(id: SessionId, login: Login): void;
  readonly find: FindSessions;
  /**
   * Ends sessions, and revokes their logins at the provider by this rule, if any; `why` is for the log. Returns how many
   * sessions existed.
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
  readonly idleTimeout: Seconds;
}

/** Sessions of one person. Only scripts that log in for each request reach this number. */
const maxSessions = 100;

/** How often entries are extended, and how much longer than their sessions they live. */
const touchInterval: Seconds = 3600;
const entryMargin: Seconds = 86_400;

export const registeredSessions = (d: Deps): RegisteredSessions => {
  const add = (id: SessionId, login: Login) =>
    Promise.all(ownersOf(login).map((owner) => d.registry.add(owner, id, d.idleTimeout + entryMargin)));

  const logAndRevoke = ({ id, login }: FoundSession, why: string, rule: RevocationRule | undefined): void => {
    d.log.write({ event: "session-ended", username: login.username, why });
    const opened = rule && d.tokens.open(id, login);
    if (opened) d.revoke(login, opened.tokens, rule);
  };

  /** An outage is only logged: the session has ended, and its entries expire. */
  const unregister = ({ id, login }: FoundSession): Promise<unknown> =>
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
      const interval = (time: Seconds) => Math.floor(time / touchInterval);
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
        // Also for those that ended before an outage, and after all have ended, since logins may share a grant.
        for (const each of ended) logAndRevoke(each, why, rule);
        await Promise.all(ended.map(unregister));
      }
      return ended.length;
    },
  };
  return registered;
};
