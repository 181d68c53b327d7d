import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown, StoreDown } from "../../../domain/failure.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { anonymous, withoutLogin } from "../../../domain/identity/caller.ts";
import type { ClaimNames, Username } from "../../../domain/identity/user.ts";
import { userFault, userFromClaims } from "../../../domain/identity/user.ts";
import { renewalDue } from "../../../domain/sessions/renewal.ts";
import type { Login, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { Lease, RenewalLock } from "../../../ports/driven/sessions/lock.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { RevokeLogin } from "../identity/revoke-login.ts";
import type { Userinfo } from "../identity/userinfo.ts";
import type { ValidateIdToken } from "../identity/validate-id-token.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";
import type { SessionTokens } from "./session-tokens.ts";
import type { Exchange } from "./store-renewed-tokens.ts";
import { storeRenewedTokens } from "./store-renewed-tokens.ts";

interface Deps {
  readonly sessions: SessionStore;
  readonly lock: RenewalLock;
  readonly identityProvider: IdentityProvider;
  readonly validate: ValidateIdToken;
  readonly marks: Pick<NotBeforeMarks, "find" | "now">;
  readonly tokens: SessionTokens;
  readonly revoke: RevokeLogin;
  readonly registered: Pick<RegisteredSessions, "register">;
  readonly userinfo: Userinfo;
  readonly claimNames: ClaimNames;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleTimeout: Seconds;
  /** How long to wait for another instance's renewal. */
  readonly lockTimeout: Seconds;
  readonly wait: (time: Seconds) => Promise<void>;
}

/** Renews the tokens of a session and returns its caller. Throws ProviderDown, StoreDown. */
export type RenewTokens = (id: SessionId) => Promise<Caller>;

/**
 * Locks the session, loads and validates it again, refreshes, stores and unlocks. Refresh tokens may be of single use,
 * so two concurrent refreshes would log their owner out; the second request finds the first one's tokens instead.
 */
export const renewTokens =
  (d: Deps): RenewTokens =>
  async (id) => {
    const locked = await d.lock.withLock(id, d.lockTimeout, (lease) => renewWithLease(d, id, lease));
    if (locked.outcome === "busy") {
      throw new ProviderDown({ cause: new Error("a renewal elsewhere takes too long") });
    }
    return locked.result;
  };

const renewWithLease = async (d: Deps, id: SessionId, lease: Lease): Promise<Caller> => {
  const stored = await d.sessions.load(id, d.idleTimeout);
  if (!stored) return anonymous;
  const { login } = stored.session;
  if (!login) return withoutLogin(stored.session);
  const tokens = d.tokens.open(id, login)?.tokens;
  if (!tokens) return d.tokens.drop(id, stored, login, { reason: "its tokens cannot be opened" });
  const validation = await d.validate(tokens, "app");
  if (validation.outcome === "valid" && !isDue(d, validation.claims)) {
    return { kind: "user", user: validation.user };
  }
  if (validation.outcome === "incomplete") {
    const completed = await logFailure(d, login, d.userinfo.ask(tokens, validation.claims));
    if (completed !== "refused")
      return completeRenewal(d, id, stored, login, { old: tokens, renewed: completed }, validation.claims);
  }
  const mark = await lastMark(d, login.username);
  // Stores and the key set may have taken longer than the lease.
  if (!(await lease.extend())) throw new StoreDown({ cause: new Error("the lock on the session was lost") });
  return refresh(d, id, stored, login, tokens, mark);
};

/** Logs an outage of the provider, which leaves the session as it is. */
const logFailure = <T>(d: Deps, { username }: Login, asking: Promise<T>): Promise<T> =>
  asking.catch((cause: unknown) => {
    d.log.write({ event: "renewal", outcome: "broken", username, cause });
    throw cause;
  });

/** Renewals start at a random moment of the margin; one that has started is due at the margin's beginning. */
const isDue = (d: Deps, claims: JsonObject): boolean => {
  const due = renewalDue(claims, 0);
  return due !== undefined && due <= d.clock.now();
};

const refresh = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession,
  login: Login,
  tokens: TokenSet,
  mark: Seconds,
): Promise<Caller> => {
  const answer = markRenewedAfter(
    mark,
    tokens,
    await logFailure(d, login, d.identityProvider.refresh(tokens)),
  );
  if (answer === "refused") {
    return endLogin(d, id, stored, login, "the provider does not renew it", undefined);
  }
  if (answer.claims === undefined) {
    const { because, tokens: renewed, cause } = answer;
    return because === "expired" || because === "unverifiable"
      ? storeUntrusted(
          d,
          id,
          stored,
          login,
          { old: tokens, renewed },
          new Error(outageReasons[because], { cause }),
        )
      : endLogin(d, id, stored, login, endReasons[because], renewed);
  }
  const { tokens: renewed, claims } = answer;
  if (!d.userinfo.isDue(renewed, claims)) {
    return completeRenewal(d, id, stored, login, { old: tokens, renewed }, claims);
  }
  // Before userinfo, which may fail: the new refresh token must not get lost.
  if (!(await storeRenewedTokens(d, id, stored, login, { old: tokens, renewed }))) return anonymous;
  const completed = await logFailure(d, login, d.userinfo.askAtOnce(renewed, claims));
  return completeRenewal(d, id, undefined, login, { old: renewed, renewed: completed }, claims);
};

/** The latest time up to which marks are known to be set: the store's time, or a present mark that is ahead of it. */
const lastMark = async ({ marks }: Deps, username: Username): Promise<Seconds> => {
  const [now, present] = await Promise.all([marks.now(), marks.find(username)]);
  const maxRounding = 1;
  return present !== undefined && present > now + maxRounding ? present : now;
};

/** Records that a new id token was requested after this mark was set. One that stays keeps its own record. */
const markRenewedAfter = <T extends { readonly tokens: TokenSet }>(
  mark: Seconds,
  old: TokenSet,
  answer: T | "refused",
): T | "refused" => {
  if (answer === "refused") return answer;
  const renewedAfterMark = answer.tokens.idToken === old.idToken ? old.renewedAfterMark : mark;
  return renewedAfterMark === undefined
    ? answer
    : { ...answer, tokens: { ...answer.tokens, renewedAfterMark } };
};

/** Stores tokens whose claims are complete, and returns their user. */
const completeRenewal = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession | undefined,
  login: Login,
  { old, renewed }: Exchange,
  claims: JsonObject,
): Promise<Caller> => {
  const user = userFromClaims(d.userinfo.claimsOf(renewed, claims), d.claimNames);
  if (user === undefined) {
    // A changed mapping or setting is a fault of the configuration, and proves nothing against the person.
    const reason = `After a renewal, ${userFault(d.userinfo.claimsOf(renewed, claims), d.claimNames)}`;
    return storeUntrusted(d, id, stored, login, { old, renewed }, new Error(reason));
  }
  const isThere = await storeRenewedTokens(d, id, stored, login, { old, renewed, owner: user });
  d.log.write({ event: "renewal", outcome: "done", username: login.username });
  return isThere ? { kind: "user", user } : anonymous;
};

/** @param tokens Renewed tokens that are of no use, and are revoked. */
const endLogin = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession,
  login: Login,
  reason: string,
  tokens: TokenSet | undefined,
): Promise<Caller> => {
  const caller = await d.tokens.drop(id, stored, login, { reason, loginEnd: "not-renewed" });
  if (tokens) d.revoke(login, tokens, "unless-shared");
  d.log.write({ event: "renewal", outcome: "refused", username: login.username });
  return caller;
};

/** Why renewed tokens cannot be trusted now. */
const outageReasons = {
  expired: "The renewed id token had expired when it came, by this server's clock: is that right?",
  unverifiable: "The renewed id token cannot be verified",
} as const;

/** Why renewed tokens end the login. */
const endReasons = {
  "wrong-subject": "the provider renewed it with another person's id token",
  missing: "the provider sends no id token when it renews, and the old one has expired",
} as const;

/**
 * A new token that cannot be trusted is a sign of wrong clocks, keys or settings, and proves nothing about its owner.
 * Its refresh token is stored: the old one may be used up, and a later renewal may succeed.
 */
const storeUntrusted = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession | undefined,
  login: Login,
  exchange: Exchange,
  cause: Error,
): Promise<Caller> => {
  const { username } = login;
  if (!(await storeRenewedTokens(d, id, stored, login, exchange))) return anonymous;
  d.log.write({ event: "renewal", outcome: "broken", username, cause });
  throw new ProviderDown({ cause });
};
