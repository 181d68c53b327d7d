import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import type { Verification } from "../../../ports/driven/identity/identity-provider.ts";

/** What a token must be for the moment and the client at hand. */
export interface Expectations {
  readonly clientId: string;
  readonly now: Seconds;
  readonly startTolerance: Seconds;
  readonly endTolerance: Seconds;
}

/** What makes a token a logout token (OpenID Connect Back-Channel Logout section 2.4). */
export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

const invalid = (reason: string): Verification => ({ outcome: "invalid", reason });

/** The party that a token with several audiences was made for (OpenID Connect Core section 3.1.3.7, items 4 and 5). */
const isForClient = (claims: JsonObject, clientId: string): boolean => {
  const { aud, azp } = claims;
  if (azp !== undefined) return azp === clientId;
  return !Array.isArray(aud) || aud.length === 1;
};

/** Tokens of other kinds that the same keys sign: Cognito's access tokens, anybody's logout tokens. */
const isIdToken = (claims: JsonObject): boolean => {
  const { token_use: use, events } = claims;
  return (use === undefined || use === "id") && !(isJsonObject(events) && Object.hasOwn(events, logoutEvent));
};

/** 9999-12-31T23:59:59Z. Later times are none: often they are in milliseconds, which would never be over. */
const lastTime: Seconds = 253_402_300_799;

/** An id token that is good for longer than this would hardly ever be renewed, and its rights with it. */
const longestLife: Seconds = 366 * 86400;

/**
 * What cannot be about the token's times, whatever the clock says: a clock that is wrong must not make a session's
 * tokens invalid. Only a token that does not say when it was issued is held against the clock, when it comes.
 */
const impossibleTime = (
  { exp, nbf, iat }: JsonObject,
  { now, startTolerance }: Expectations,
): string | undefined => {
  const isTime = (time: Json | undefined): boolean =>
    typeof time !== "number" || (time >= 0 && time <= lastTime);
  const wrong = Object.entries({ exp, nbf, iat }).find(([, time]) => !isTime(time));
  if (wrong) return `The token's claim ${JSON.stringify(wrong[0])} is no time in seconds.`;
  const start = typeof iat === "number" ? iat : Number.isFinite(startTolerance) ? now : undefined;
  const isTooLong = typeof exp === "number" && start !== undefined && exp - start > longestLife;
  return isTooLong ? "The token is good for longer than a year." : undefined;
};

/**
 * Judges claims whose signature, issuer and audience are right and whose times are numbers. The time of
 * expiry comes last, so that "expired" says that all the rest is well.
 */
export const judgeClaims = (claims: JsonObject, expected: Expectations): Verification => {
  const { clientId, now, startTolerance, endTolerance } = expected;
  if (!isForClient(claims, clientId)) return invalid("The token was made for another client.");
  if (!isIdToken(claims)) return invalid("The token is not an id token.");
  const impossible = impossibleTime(claims, expected);
  if (impossible !== undefined) return invalid(impossible);
  const { exp, nbf, iat } = claims;
  for (const start of [nbf, iat]) {
    if (typeof start === "number" && start > now + startTolerance)
      return invalid("The token is not valid yet.");
  }
  return typeof exp === "number" && exp + endTolerance > now
    ? { outcome: "valid", claims }
    : { outcome: "expired" };
};
