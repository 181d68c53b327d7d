import type { Json, JsonObject, Seconds } from "../brand.ts";

/** A user's not-before mark, and what is needed to compare a token with it. */
export interface NotBefore {
  /** Tokens issued before this are stale; undefined: no mark. */
  readonly notBefore: Seconds | undefined;
  /** How far the provider dates its `iat` back (`OIDC_IAT_BACKDATED_BY`). */
  readonly backdatedBy: Seconds;
  /** Marks up to this one were set before the token was requested; undefined when that is not known. */
  readonly renewedAfterMark: Seconds | undefined;
}

/** The least distance between two marks, however close their clocks say they are. */
export const minStep: Seconds = 0.001;

/** The mark that follows the present one, always later than it: see `NotBeforeMarks`. */
export const laterMark = (present: Seconds | undefined, at: Seconds): Seconds =>
  present === undefined || present < at ? at : present + minStep;

const maxMargin: Seconds = 60;
const marginDivisor = 10;

/**
 * When a token is renewed ahead of its expiry, so that no request waits for it: a minute before, or a tenth of its
 * lifetime if that is shorter. `fraction` (0 to 1) spreads renewals over the margin's first half. Undefined: no `exp`.
 */
export const renewalDue = (claims: JsonObject, fraction: number): Seconds | undefined => {
  const { exp: end, iat: issued } = claims;
  if (!isNumber(end)) return undefined;
  const life = isNumber(issued) ? Math.max(0, end - issued) : maxMargin * marginDivisor;
  return end - Math.min(maxMargin, life / marginDivisor) * (1 - fraction / 2);
};

const isNumber = (claim: Json | undefined): claim is number =>
  typeof claim === "number" && Number.isFinite(claim);

/**
 * Compares a token's `iat` with the user's not-before mark (sessions-and-authentication.md section 8). "undated":
 * there is a mark, and no `iat`.
 */
export const freshness = (claims: JsonObject, notBeforeMark: NotBefore): "fresh" | "stale" | "undated" => {
  const { notBefore, renewedAfterMark } = notBeforeMark;
  if (notBefore === undefined) return "fresh";
  // The provider's clock may be behind the one that set the mark.
  if (renewedAfterMark !== undefined && renewedAfterMark >= notBefore) return "fresh";
  const issued = claims["iat"];
  if (!isNumber(issued)) return "undated";
  return issued + notBeforeMark.backdatedBy < notBefore ? "stale" : "fresh";
};
