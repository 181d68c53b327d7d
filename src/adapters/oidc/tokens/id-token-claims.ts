import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import type { Verification } from "../../../ports/driven/identity/identity-provider.ts";

/** What the claims of an id token are validated against. */
export interface IdTokenChecks {
  readonly clientId: string;
  readonly now: Seconds;
  /** How far `nbf` and `iat` may be in the future. */
  readonly startTolerance: Seconds;
  /** For how long the token is accepted after `exp`. */
  readonly endTolerance: Seconds;
}

/** The member of `events` that marks a logout token (OpenID Connect Back-Channel Logout section 2.4). */
export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

const invalid = (reason: string): Verification => ({ outcome: "invalid", reason });

/** Whether the client is the authorized party (OpenID Connect Core section 3.1.3.7, items 4 and 5). */
const isForClient = (claims: JsonObject, clientId: string): boolean => {
  const { aud, azp } = claims;
  if (azp !== undefined) return azp === clientId;
  return !Array.isArray(aud) || aud.length === 1;
};

/**
 * Whether the token is not of another kind that the same keys sign, as Cognito's access tokens and logout tokens are.
 */
const isIdToken = (claims: JsonObject): boolean => {
  const { token_use: use, events } = claims;
  return (use === undefined || use === "id") && !(isJsonObject(events) && Object.hasOwn(events, logoutEvent));
};

/** 9999-12-31T23:59:59Z. Later times are often milliseconds, with which a token would never expire. */
const maxTime: Seconds = 253_402_300_799;

/** Sessions would hardly ever renew an id token that is valid for longer, and keep outdated rights. */
const maxLifetime: Seconds = 366 * 86400;

/**
 * What is wrong with the token's times whatever the clock says, since a wrong clock must not make a session's tokens
 * invalid. Only a token without `iat` is compared with the clock, when it is received.
 */
const implausibleTime = (
  { exp, nbf, iat }: JsonObject,
  { now, startTolerance }: IdTokenChecks,
): string | undefined => {
  const isTime = (time: Json | undefined): boolean =>
    typeof time !== "number" || (time >= 0 && time <= maxTime);
  const wrong = Object.entries({ exp, nbf, iat }).find(([, time]) => !isTime(time));
  if (wrong) return `The token's claim ${JSON.stringify(wrong[0])} is no time in seconds.`;
  const start = typeof iat === "number" ? iat : Number.isFinite(startTolerance) ? now : undefined;
  const isTooLong = typeof exp === "number" && start !== undefined && exp - start > maxLifetime;
  return isTooLong ? "The token is good for longer than a year." : undefined;
};

/**
 * Validates the claims of a token whose signature, issuer and audience are right and whose times are numbers (OpenID
 * Connect Core section 3.1.3.7). Its expiry is checked last, so that an "expired" token is valid otherwise.
 */
export const validateClaims = (claims: JsonObject, checks: IdTokenChecks): Verification => {
  const { clientId, now, startTolerance, endTolerance } = checks;
  if (!isForClient(claims, clientId)) return invalid("The token was made for another client.");
  if (!isIdToken(claims)) return invalid("The token is not an id token.");
  const timeError = implausibleTime(claims, checks);
  if (timeError !== undefined) return invalid(timeError);
  const { exp, nbf, iat } = claims;
  for (const start of [nbf, iat]) {
    if (typeof start === "number" && start > now + startTolerance)
      return invalid("The token is not valid yet.");
  }
  return typeof exp === "number" && exp + endTolerance > now
    ? { outcome: "valid", claims }
    : { outcome: "expired" };
};
