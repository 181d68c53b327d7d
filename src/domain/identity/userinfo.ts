import type { JsonObject } from "../brand.ts";
import { claimAt } from "./claim.ts";
import type { ClaimNames } from "./user.ts";

const isMissing = (claims: JsonObject, name: string): boolean => (claimAt(claims, name) ?? null) === null;

const missingNames = (claims: JsonObject, names: ClaimNames): readonly string[] =>
  [names.username, names.groups]
    .filter((name) => name !== undefined)
    .filter((name) => isMissing(claims, name));

/** Whether an id token lacks a configured claim, which userinfo may have (OpenID Connect Core section 5.3). */
export const lacksClaims = (claims: JsonObject, names: ClaimNames): boolean =>
  missingNames(claims, names).length > 0;

/** The claims of a userinfo response that the id token lacks, under their configured names. */
export const missingClaims = (claims: JsonObject, userinfo: JsonObject, names: ClaimNames): JsonObject =>
  Object.fromEntries(
    missingNames(claims, names)
      .map((name) => [name, claimAt(userinfo, name)] as const)
      .filter(([, claim]) => claim !== undefined),
  );

/** An id token's claims, completed by those of userinfo. A claim of the id token takes precedence unless it is null. */
export const withUserinfo = (claims: JsonObject, added: JsonObject): JsonObject => ({
  ...claims,
  ...Object.fromEntries(Object.entries(added).filter(([name]) => isMissing(claims, name))),
});
