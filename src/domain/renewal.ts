import type { Json, JsonObject, Seconds } from "./brand.ts";

/** What is known of a user's rights having changed, and of the provider's clock. */
export interface Staleness {
  /** Tokens issued before this are too old; absent: no mark. */
  readonly staleBefore: Seconds | undefined;
  /** How far the provider dates its `iat` back (`OIDC_IAT_BACKDATED_BY`). */
  readonly backdatedBy: Seconds;
}

const isNumber = (claim: Json | undefined): claim is number =>
  typeof claim === "number" && Number.isFinite(claim);

/**
 * Whether claims are from before the user's staleness mark (sessions-and-authentication.md section 8):
 * "undated" when there is a mark and no `iat` to compare it with.
 */
export const judgeAge = (claims: JsonObject, staleness: Staleness): "fresh" | "stale" | "undated" => {
  if (staleness.staleBefore === undefined) return "fresh";
  const issued = claims["iat"];
  if (!isNumber(issued)) return "undated";
  return issued + staleness.backdatedBy < staleness.staleBefore ? "stale" : "fresh";
};
