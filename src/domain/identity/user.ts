import type { Branded, JsonObject } from "../brand.ts";
import type { StoreDown } from "../failure.ts";
import type { NormalisedGroupName } from "../groups/group.ts";
import type { MailAddress } from "../mail/mail-address.ts";
import { parseMailAddress } from "../mail/mail-address.ts";
import type { NamesClaim } from "./claim.ts";
import { claimAt, describeClaim, readNames } from "./claim.ts";
import type { Person } from "./person.ts";
import { isIdentifier, personFault, personFromClaims } from "./person.ts";
import type { RoleGroupMapping } from "./role-group-mapping.ts";
import { withoutSlash } from "./role-group-mapping.ts";

/** The value of the configured username claim; never empty. Two people may have the same one. */
export type Username = Branded<"Username">;

/** In bytes, as UTF-8: longer ones can be logged in with, and are given no roles here. */
const maxGrantedLength = 200;

const blanksOrControls = /^\s|\s$|[\p{Cc}\p{Cs}]/u;

/** A username that somebody is to be given a role by; undefined: nobody can be called so, or it is too long. */
export const parseUsername = (text: string): Username | undefined =>
  text !== "" && !blanksOrControls.test(text) && encodeURIComponent(text).length <= maxGrantedLength
    ? (text as Username)
    : undefined;

export interface User {
  readonly username: Username;
  /** The identity that owns this user's sessions. */
  readonly person: Person;
  /** The id token's `sub`, which identifies the owner of sessions of version 0.1. */
  readonly sub: string | undefined;
  /**
   * The names in the groups claim, without internal entries, which start with `!`; the role groups they map to; and, in
   * a request, those that owners have given the user here.
   */
  readonly authzRoles: ReadonlySet<string>;
  /** The names in the groups claim that `ROLE_GROUPS` maps to role groups. */
  readonly mappedGroups: ReadonlySet<string>;
  /** Of a request: the role groups that only owners here have given the user, not the provider; undefined: none. */
  readonly givenRoles?: ReadonlySet<string>;
  /** Of a request: where it cannot be read now which roles the user has been given; undefined: it is all known. */
  readonly unknownRoles?: UnknownRoles;
  /**
   * Of a request: whether the user makes and closes groups; StoreDown: it cannot be read now; "another-person": the
   * username is an administrator's, and has been bound to somebody else. Undefined: no.
   */
  readonly isAdministrator?: true | "another-person" | StoreDown;
  /** An e-mail address that the provider says it has verified. Of use for mail only: it identifies nobody. */
  readonly email?: MailAddress;
  /** Flags set by `!flags/<flag>` entries. */
  readonly flags: ReadonlySet<string>;
  /** All names in the groups claim; the slash before Keycloak's full group paths is dropped. */
  readonly claimedGroups: readonly string[];
  /** For operators: why the groups claim, or a part of it, cannot be parsed; undefined when all of it can. */
  readonly groupsFault: string | undefined;
}

export interface UnknownRoles {
  readonly groups: ReadonlySet<NormalisedGroupName> | "all";
  readonly cause: StoreDown;
}

export interface ClaimNames {
  readonly username: string;
  /** Undefined: the provider names no role groups; all roles are given here. */
  readonly groups: string | undefined;
  readonly subject: string;
  /** Absent: no group of the provider maps to role groups. */
  readonly mapping?: RoleGroupMapping;
}

const flagPrefix = "!flags/";

/**
 * Whether the groups are a distributed claim (OpenID Connect Core section 5.6.2): the token refers to where they can be
 * fetched, as Microsoft Entra ID's does for people in more than 200 groups.
 */
export const hasDistributedGroups = (claims: JsonObject, names: ClaimNames): boolean => {
  const sources = claims["_claim_names"];
  return (
    names.groups !== undefined &&
    claimAt(claims, names.groups) === undefined &&
    typeof sources === "object" &&
    sources !== null &&
    Object.hasOwn(sources, names.groups)
  );
};

const isUsername = (claim: unknown): claim is Username => typeof claim === "string" && claim !== "";

const noNames: NamesClaim = { names: [], fault: undefined };

/** The claims `email` and `email_verified` (OpenID Connect Core section 5.1); some providers send the latter as text. */
const verifiedEmail = ({ email, email_verified: verified }: JsonObject): MailAddress | undefined =>
  (verified === true || verified === "true") && typeof email === "string"
    ? parseMailAddress(email)
    : undefined;

/** The user that an id token's claims describe, or undefined when they name nobody. */
export const userFromClaims = (claims: JsonObject, names: ClaimNames): User | undefined => {
  const username = claimAt(claims, names.username);
  const person = personFromClaims(claims, names.subject);
  if (!isUsername(username) || person === undefined) return undefined;
  const { names: named, fault } =
    names.groups === undefined ? noNames : readNames(claimAt(claims, names.groups));
  const claimedGroups = named.map(withoutSlash);
  const entries = claimedGroups.filter((entry) => !entry.startsWith("!"));
  const mappedGroups = new Set(entries.filter((entry) => names.mapping?.has(entry)));
  const email = verifiedEmail(claims);
  const mapped = [...mappedGroups].flatMap((entry) => names.mapping?.get(entry) ?? []);
  return {
    username,
    person,
    sub: isIdentifier(claims["sub"]) ? claims["sub"] : undefined,
    authzRoles: new Set([...entries, ...mapped]),
    mappedGroups,
    ...(email === undefined ? {} : { email }),
    flags: new Set(
      claimedGroups
        .filter((entry) => entry.startsWith(flagPrefix))
        .map((entry) => entry.slice(flagPrefix.length)),
    ),
    claimedGroups,
    groupsFault: fault && `the claim ${names.groups} ${fault}`,
  };
};

/** Explains to operators why {@link userFromClaims} finds nobody in these claims. */
export const userFault = (claims: JsonObject, { username, subject }: ClaimNames): string => {
  const claim = claimAt(claims, username);
  if (isUsername(claim)) return personFault(claims, subject);
  return `the claim ${username} ${describeClaim(claim)}${claim === undefined ? "" : "; it has to be a text"}`;
};
