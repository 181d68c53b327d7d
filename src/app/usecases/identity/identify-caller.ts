import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { InvalidToken, ProviderDown, StoreDown } from "../../../domain/failure.ts";
import type { Caller, Credentials } from "../../../domain/identity/caller.ts";
import { anonymous, withoutLogin } from "../../../domain/identity/caller.ts";
import { renewalDue } from "../../../domain/sessions/renewal.ts";
import type { Login, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { IdentifyCaller } from "../../../ports/driving/identify-caller.ts";
import type { SessionTokens } from "../sessions/session-tokens.ts";
import type { TouchSession } from "../sessions/touch-session.ts";
import type { ValidateIdToken } from "./validate-id-token.ts";

interface Deps {
  readonly validate: ValidateIdToken;
  readonly renewals: Renewals;
  readonly tokens: SessionTokens;
  readonly touchSession: TouchSession;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** SESSION_MAX_LIFETIME: the age at which a login ends even if it is in use; undefined: never. */
  readonly maxLifetime: Seconds | undefined;
}

/** The renewal of sessions' tokens, for requests. */
export interface Renewals {
  /** Renews and waits for it, for as long as a request may. Throws ProviderDown, StoreDown. */
  now(id: SessionId): Promise<Caller>;
  /** Starts a renewal in the background, while the present token is still valid. */
  ahead(id: SessionId): void;
}

/** An outage proves nothing about the caller, who stays logged in and is unverified. */
const unverifiedIfDown = (error: unknown): Caller => {
  if (error instanceof ProviderDown || error instanceof StoreDown)
    return { kind: "unverified", cause: error };
  throw error;
};

export const identifyCaller =
  (d: Deps): IdentifyCaller =>
  async (credentials) => {
    try {
      return await authenticate(d, credentials);
    } catch (error) {
      return unverifiedIfDown(error);
    }
  };

const authenticate = (d: Deps, credentials: Credentials): Caller | Promise<Caller> => {
  switch (credentials.kind) {
    case "none":
      return anonymous;
    case "session-unavailable":
      return { kind: "unverified", cause: credentials.cause };
    case "bearer":
      return bearerCaller(d, credentials.token);
    case "session":
      return sessionCaller(d, credentials.id, credentials.stored);
  }
};

const bearerCaller = async (d: Deps, token: string): Promise<Caller> => {
  const validation = await d.validate({ idToken: token }, "cli");
  switch (validation.outcome) {
    case "valid":
      return { kind: "user", user: validation.user };
    case "expired":
      throw new InvalidToken("The token has expired. Renew it.");
    case "stale":
      throw new InvalidToken("The token was issued before your permissions changed. Renew it.");
    case "incomplete":
    case "unverifiable":
      throw new Error(`a Bearer token is never ${validation.outcome}`);
    case "invalid":
      throw new InvalidToken(validation.reason);
  }
};

const sessionCaller = async (d: Deps, id: SessionId, stored: StoredSession): Promise<Caller> => {
  const { login } = stored.session;
  if (!login) return withoutLogin(stored.session);
  if (d.maxLifetime !== undefined && login.since + d.maxLifetime <= d.clock.now()) {
    const why = { reason: "its time is over", loginEnd: "too-old" } as const;
    return d.tokens.drop(id, stored, login, why, d.tokens.open(id, login)?.tokens);
  }
  const opened = d.tokens.open(id, login);
  if (!opened) return d.tokens.drop(id, stored, login, { reason: "its tokens cannot be opened" });
  const validation = await d.validate(opened.tokens, "app");
  switch (validation.outcome) {
    case "valid":
      if (isDue(d, validation.claims)) d.renewals.ahead(id);
      else if (opened.underOldKey) await reseal(d, id, stored, login, opened.tokens);
      else d.touchSession(id, stored, login);
      return { kind: "user", user: validation.user };
    case "expired":
    case "stale":
    case "incomplete":
    case "unverifiable":
    case "invalid":
      // It was valid when it was sealed. Whether the login has ended is the provider's decision at the refresh.
      return d.renewals.now(id);
  }
};

const isDue = (d: Deps, claims: JsonObject): boolean => {
  const due = renewalDue(claims, d.random.fraction());
  return due !== undefined && due <= d.clock.now();
};

/** Seals tokens under the first key, so that the old one can be dropped. After a failure a later request tries again. */
const reseal = async (d: Deps, id: SessionId, stored: StoredSession, login: Login, tokens: TokenSet) => {
  try {
    await d.tokens.replace(id, stored, login, tokens);
  } catch (cause) {
    if (!(cause instanceof StoreDown)) throw cause;
    d.log.write({ event: "background", what: "sealing a session's tokens under the first key", cause });
  }
};
