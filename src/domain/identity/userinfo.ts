import type { JsonObject } from "../brand.ts";
import { claimAt } from "./claim.ts";
import type { ClaimNames } from "./user.ts";

const isLacking = (claims: JsonObject, name: string): boolean => (claimAt(claims, name) ?? null) === null;

const lacking = (claims: JsonObject, names: ClaimNames): readonly string[] =>
  [names.username, names.groups].filter((name) => isLacking(claims, name));

/** Whether an id token lacks a claim that the operator has named; userinfo may have it (OpenID Connect Core section 5.3). */
export const lacksClaims = (claims: JsonObject, names: ClaimNames): boolean =>
  lacking(claims, names).length > 0;

/** What userinfo says of the claims that the id token lacks, by the names that the operator has given them. */
export const lackingClaims = (claims: JsonObject, userinfo: JsonObject, names: ClaimNames): JsonObject =>
  Object.fromEntries(
    lacking(claims, names)
      .map((name) => [name, claimAt(userinfo, name)] as const)
      .filter(([, claim]) => claim !== undefined),
  );

/** An id token's claims, and what userinfo has added to them; the id token's count before it, unless they are null. */
export const withUserinfo = (claims: JsonObject, added: JsonObject): JsonObject => ({
  ...claims,
  ...Object.fromEntries(Object.entries(added).filter(([name]) => isLacking(claims, name))),
});
