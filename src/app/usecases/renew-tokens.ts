import type { JsonObject, Seconds } from "../../domain/brand.ts";
import type { Caller } from "../../domain/caller.ts";
import { anonymous } from "../../domain/caller.ts";
import { ProviderDown, StoreDown } from "../../domain/failure.ts";
import { renewalDue } from "../../domain/renewal.ts";
import type { Login, SessionId, StoredSession } from "../../domain/session.ts";
import type { TokenSet } from "../../domain/token-set.ts";
import type { ClaimNames, Username } from "../../domain/user.ts";
import { userFromClaims } from "../../domain/user.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { IdentityProvider } from "../../ports/driven/identity-provider.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { RenewalLock } from "../../ports/driven/renewal-lock.ts";
import type { SessionStore } from "../../ports/driven/session-store.ts";
import type { JudgeTokens } from "./judge-tokens.ts";
import type { RevokeLogin } from "./revoke-login.ts";
import type { SessionEntries } from "./session-entries.ts";
import type { SessionTokens } from "./session-tokens.ts";

interface Deps {
  readonly sessions: SessionStore;
  readonly lock: RenewalLock;
  readonly identityProvider: IdentityProvider;
  readonly judge: JudgeTokens;
  readonly tokens: SessionTokens;
  readonly revoke: RevokeLogin;
  readonly entries: Pick<SessionEntries, "enter">;
  readonly claimNames: ClaimNames;
  readonly clock: Clock;
  readonly log: Log;
  readonly idle: Seconds;
  /** How long to wait for a renewal that another instance is at. */
  readonly patience: Seconds;
  readonly wait: (time: Seconds) => Promise<void>;
}

/** Renews the tokens of a session and says who its owner is now. Throws ProviderDown, StoreDown. */
export type RenewTokens = (id: SessionId) => Promise<Caller>;

/**
 * Lock, load again, judge again, refresh, save, release. Refresh tokens may be of single use, so that two
 * requests that renew at once would log their owner out; the second finds the first one's tokens instead.
 */
export const renewTokens =
  (d: Deps): RenewTokens =>
  async (id) => {
    const held = await d.lock.hold(id, d.patience, () => renewHeld(d, id));
    if (held.outcome === "busy") {
      throw new ProviderDown({ cause: new Error("a renewal elsewhere takes too long") });
    }
    return held.result;
  };

const renewHeld = async (d: Deps, id: SessionId): Promise<Caller> => {
  const stored = await d.sessions.load(id, d.idle);
  const login = stored?.session.login;
  if (!stored || !login) return anonymous;
  const tokens = d.tokens.open(id, login)?.tokens;
  if (!tokens) {
    await d.tokens.drop(id, stored, login, "its tokens cannot be opened");
    return anonymous;
  }
  const judgement = await d.judge(tokens, "app");
  if (judgement.verdict === "good" && !isDue(d, judgement.claims)) {
    return { kind: "user", user: judgement.user };
  }
  return refresh(d, id, stored, login, tokens);
};

/** Whoever asked for a renewal found it due at some moment of the margin; here its first moment counts. */
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
): Promise<Caller> => {
  const answer = await d.identityProvider.refresh(tokens).catch((cause: unknown) => {
    d.log.write({ event: "renewal", outcome: "broken", username: login.username, cause });
    throw cause;
  });
  if (answer !== "refused" && answer.claims === undefined && answer.because === "expired") {
    return keepExpired(d, id, stored, login, { old: tokens, renewed: answer.tokens });
  }
  const claims = answer === "refused" ? undefined : answer.claims;
  const user = claims && userFromClaims(claims, d.claimNames);
  if (answer === "refused" || user === undefined) {
    await d.tokens.drop(id, stored, login, "the provider does not renew it");
    if (answer !== "refused") d.revoke(login, answer.tokens, "unless-shared");
    d.log.write({ event: "renewal", outcome: "refused", username: login.username });
    return anonymous;
  }
  const { username } = user;
  const isThere = await keepRenewed(d, id, stored, login, { old: tokens, renewed: answer.tokens, username });
  d.log.write({ event: "renewal", outcome: "done", username: login.username });
  return isThere ? { kind: "user", user } : anonymous;
};

/**
 * A token that has expired when it comes tells of a clock that is wrong, most likely ours, and nothing of its
 * owner. Its refresh token is kept: the one before may be used up, and a later renewal may find the clock right.
 */
const keepExpired = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession,
  login: Login,
  exchange: Omit<Exchange, "username">,
): Promise<Caller> => {
  const { username } = login;
  if (!(await keepRenewed(d, id, stored, login, { ...exchange, username }))) return anonymous;
  const isNew = exchange.renewed.idToken !== exchange.old.idToken;
  const cause = new Error(
    isNew
      ? "The renewed id token had expired when it came, by this server's clock: is that right?"
      : "No id token came back from a refresh, and the old one has expired",
  );
  d.log.write({ event: "renewal", outcome: "broken", username, cause });
  throw new ProviderDown({ cause });
};

/** How often a write of new tokens is tried again when others write the same session. */
const tries = 5;

/** For how long new tokens wait for a store that does not answer, and between two tries. */
const storePatience: Seconds = 60;
const storePause: Seconds = 0.1;

interface Exchange {
  readonly old: TokenSet;
  readonly renewed: TokenSet;
  /** By the renewed tokens. */
  readonly username: Username;
}

/**
 * Puts new tokens into the session: the old refresh token may be used up, so losing the new one would log its
 * owner out. So a store that is away for a moment is waited for, with the lock held; those who wait for this
 * renewal do so no longer than a request may. False: the session has ended, and the tokens are revoked.
 */
const keepRenewed = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession,
  login: Login,
  exchange: Exchange,
): Promise<boolean> => {
  const isThere = await putPatiently(d, id, stored, exchange);
  // Whoever ended the session could not know of these.
  if (!isThere) d.revoke(login, exchange.renewed, "unless-shared");
  return isThere;
};

const putPatiently = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession,
  exchange: Exchange,
): Promise<boolean> => {
  const end = d.clock.now() + storePatience;
  let first: StoredSession | undefined = stored;
  for (;;) {
    try {
      return await putRenewed(d, id, first ?? (await d.sessions.load(id, d.idle)), exchange);
    } catch (error) {
      if (!(error instanceof StoreDown) || d.clock.now() >= end) throw error;
      await d.wait(storePause);
      // Nobody knows whether the write that failed was done.
      first = undefined;
    }
  }
};

/**
 * Others may have written the session while the provider answered. A logout that came meanwhile wins: then,
 * false. So do tokens that are not the ones that were renewed, since they are newer, or these.
 */
const putRenewed = async (
  d: Deps,
  id: SessionId,
  stored: StoredSession | undefined,
  { old, renewed, username }: Exchange,
): Promise<boolean> => {
  let present = stored;
  for (let attempt = 0; attempt < tries; attempt++) {
    const login = present?.session.login;
    if (!present || !login) return false;
    if (!isSame(d.tokens.open(id, login)?.tokens, old)) return true;
    // Somebody whom the provider calls by a new name is looked for under it.
    const named: Login = { ...login, username };
    if (username !== login.username) await d.entries.enter(id, named);
    if (await d.tokens.keep(id, present, named, renewed)) return true;
    present = await d.sessions.load(id, d.idle);
  }
  throw new StoreDown({ cause: new Error("too many writers on one session") });
};

const isSame = (found: TokenSet | undefined, wanted: TokenSet): boolean =>
  found?.idToken === wanted.idToken && found.refreshToken === wanted.refreshToken;
