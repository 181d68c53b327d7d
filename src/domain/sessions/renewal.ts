import type { Json, JsonObject, Seconds } from "../brand.ts";

/** What is known of a user's rights having changed, and of the provider's clock. */
export interface NotBefore {
  /** Tokens issued before this are too old; absent: no mark. */
  readonly notBefore: Seconds | undefined;
  /** How far the provider dates its `iat` back (`OIDC_IAT_BACKDATED_BY`). */
  readonly backdatedBy: Seconds;
  /** Marks up to this one were there before the provider was asked for the token; undefined: that is not known. */
  readonly renewedAfterMark: Seconds | undefined;
}

/** Between a mark and one that comes later, though it is no later by its own clock. */
export const minStep: Seconds = 0.001;

/** The mark after another one: see `NotBeforeMarks`. */
export const laterMark = (present: Seconds | undefined, at: Seconds): Seconds =>
  present === undefined || present < at ? at : present + minStep;

const maxMargin: Seconds = 60;
const marginDivisor = 10;

/**
 * From when on a token is renewed ahead of its end, so that nobody waits for it: a minute before, or a tenth
 * of its life. `fraction` (0 to 1) spreads renewals over the margin's first half. Undefined: it has no end.
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
 * Whether claims are from before the user's notBeforeMark mark (sessions-and-authentication.md section 8):
 * "undated" when there is a mark and no `iat` to compare it with.
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
