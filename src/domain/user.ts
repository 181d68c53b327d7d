import type { Branded, Json, JsonObject } from "./brand.ts";

/** The value of the configured username claim; never empty. */
export type Username = Branded<"Username">;

export interface User {
  readonly username: Username;
  /** Role groups held, without the internal entries that start with `!`. */
  readonly authzRoles: ReadonlySet<string>;
  /** Flags set by `!flags/<flag>` entries. */
  readonly flags: ReadonlySet<string>;
  /** The groups claim as it was received. */
  readonly claimedGroups: readonly string[];
}

export interface ClaimNames {
  readonly username: string;
  readonly groups: string;
}

const flagPrefix = "!flags/";

/** A claim by its name or, when there is none of that name, by its path (`realm_access.roles`). */
const claimAt = (claims: JsonObject, name: string): Json | undefined => {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: Json | undefined = claims;
  for (const step of name.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
};

/** A single string counts as a list of one; a leading slash (Keycloak's full group path) is dropped. */
const groupEntries = (claim: Json | undefined): string[] => {
  const entries = typeof claim === "string" ? [claim] : Array.isArray(claim) ? claim : [];
  return entries.filter((entry) => typeof entry === "string").map((entry) => entry.replace(/^\//, ""));
};

/**
 * Whether the token says where to ask for the groups instead of naming them (OpenID Connect Core section 5.6.2),
 * as Microsoft Entra ID's does for people in more than 200 groups.
 */
export const groupsAreElsewhere = (claims: JsonObject, names: ClaimNames): boolean => {
  const elsewhere = claims["_claim_names"];
  return (
    claimAt(claims, names.groups) === undefined &&
    typeof elsewhere === "object" &&
    elsewhere !== null &&
    Object.hasOwn(elsewhere, names.groups)
  );
};

/** The user that an id token's claims describe, or undefined when they name nobody. */
export const userFromClaims = (claims: JsonObject, names: ClaimNames): User | undefined => {
  const username = claimAt(claims, names.username);
  if (typeof username !== "string" || username === "") return undefined;
  const claimedGroups = groupEntries(claimAt(claims, names.groups));
  return {
    username: username as Username,
    authzRoles: new Set(claimedGroups.filter((entry) => !entry.startsWith("!"))),
    flags: new Set(
      claimedGroups
        .filter((entry) => entry.startsWith(flagPrefix))
        .map((entry) => entry.slice(flagPrefix.length)),
    ),
    claimedGroups,
  };
};
