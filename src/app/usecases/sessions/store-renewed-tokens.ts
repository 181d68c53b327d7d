import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { Login, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { RevokeLogin } from "../identity/revoke-login.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";
import type { SessionTokens } from "./session-tokens.ts";
import { updateSession } from "./update-session.ts";

interface Deps {
  readonly sessions: SessionStore;
  readonly tokens: SessionTokens;
  readonly revoke: RevokeLogin;
  readonly registered: Pick<RegisteredSessions, "register">;
  readonly clock: Clock;
  readonly idleTimeout: Seconds;
  readonly wait: (time: Seconds) => Promise<void>;
}

/** How long storing new tokens is retried while the store is unavailable, and the delay between two attempts. */
const storeTimeout: Seconds = 60;
const retryDelay: Seconds = 0.1;

export interface Exchange {
  readonly old: TokenSet;
  readonly renewed: TokenSet;
  /** The user of the renewed tokens; absent when they cannot be trusted. */
  readonly owner?: User;
}

/**
 * Stores renewed tokens in their session. The old refresh token may be used up, and losing the new one would log its
 * owner out: so writes are retried during an outage of the store, with the lock held, for longer than requests wait.
 * False: the session has ended, and the tokens are revoked.
 */
export const storeRenewedTokens = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession | undefined,
  login: Login,
  exchange: Exchange,
): Promise<boolean> => {
  const isThere = await storeWithRetry(d, id, stored, exchange);
  // Whoever ended the session could only revoke the old tokens.
  if (!isThere) d.revoke(login, exchange.renewed, "unless-shared");
  return isThere;
};

const storeWithRetry = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession | undefined,
  exchange: Exchange,
): Promise<boolean> => {
  const end = d.clock.now() + storeTimeout;
  let first = stored;
  for (;;) {
    try {
      return await storeOverOld(d, id, first, exchange);
    } catch (error) {
      if (!(error instanceof StoreDown) || d.clock.now() >= end) throw error;
      await d.wait(retryDelay);
      // The failed write may have been applied, so the session is loaded again.
      first = undefined;
    }
  }
};

/**
 * The session may have changed during the refresh. A logout wins (false), and so do tokens other than the old ones,
 * which are newer or these.
 */
const storeOverOld = (
  d: Deps,
  id: SessionId,
  first: StoredSession | undefined,
  { old, renewed, owner }: Exchange,
): Promise<boolean> => {
  const load = () => d.sessions.load(id, d.idleTimeout);
  const write = async (stored: StoredSession | undefined): Promise<boolean | "changed"> => {
    const login = stored?.session.login;
    if (!stored || !login) return false;
    if (!isSame(d.tokens.open(id, login)?.tokens, old)) return true;
    // A new username needs a registry entry of its own, and so does the person of a session of version 0.1.
    const named: Login = owner ? { ...login, username: owner.username, person: owner.person } : login;
    if (owner && !isOwnedBy(login, owner)) await d.registered.register(id, named);
    return (await d.tokens.replace(id, stored, named, renewed)) || "changed";
  };
  return updateSession(load, write, first);
};

const isOwnedBy = ({ username, person }: Login, owner: User): boolean =>
  username === owner.username && person !== undefined && isSamePerson(person, owner.person);

const isSame = (found: TokenSet | undefined, wanted: TokenSet): boolean =>
  found?.idToken === wanted.idToken && found.refreshToken === wanted.refreshToken;
