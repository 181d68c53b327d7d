import type { Json, JsonObject } from "../brand.ts";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A claim by its name or, when there is none of that name, by its path (`realm_access.roles`). Claims' names may have
 * dots themselves, in each step of a path too: the longest name that fits counts.
 */
export const claimAt = (claims: JsonObject, name: string): Json | undefined => {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let end = name.lastIndexOf("."); end >= 0; end = end === 0 ? -1 : name.lastIndexOf(".", end - 1)) {
    const step = name.slice(0, end);
    const inner = Object.hasOwn(claims, step) ? claims[step] : undefined;
    const found = isObject(inner) ? claimAt(inner, name.slice(end + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Describes a claim's type for an operator, as a predicate that follows the claim's name. The value is never quoted. */
export const describeClaim = (claim: Json | undefined): string => {
  if (claim === undefined) return "is missing";
  if (claim === null) return "is null";
  if (claim === "") return "holds an empty text";
  if (Array.isArray(claim)) return claim.length === 0 ? "holds an empty list" : "holds a list";
  return `holds ${typeof claim === "object" ? "an object" : nouns[typeof claim]}`;
};

const nouns: { readonly [type: string]: string } = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

/** A claim that lists names, as far as it can be parsed. */
export interface NamesClaim {
  readonly names: readonly string[];
  /** Why a part of it cannot be parsed, as a predicate that follows the claim's name; undefined when all of it can. */
  readonly fault: string | undefined;
}

/** Commas, semicolons and blanks separate names; none of them can be part of a role group's name. */
const nameInText = /[^,;\s]+/g;

/**
 * Parses a claim in each of the shapes in which providers list groups: an array of strings; one string, with names
 * separated by commas, semicolons or blanks; an array of objects with a `name` or `value` (SCIM's, in RFC 9068 section
 * 2.2.3.1); an object whose keys are the names, except those whose value is false or null.
 */
export const readNames = (claim: Json | undefined): NamesClaim => bounded(readAll(claim));

/** Nobody is in as many groups; a token of 1 MB could name 300 000, and each costs time at each look at it. */
const maxNames = 20_000;

const bounded = (claim: NamesClaim): NamesClaim =>
  claim.names.length <= maxNames
    ? claim
    : {
        names: claim.names.slice(0, maxNames),
        fault: `holds ${claim.names.length} names, of which the first ${maxNames} count`,
      };

const readAll = (claim: Json | undefined): NamesClaim => {
  if (typeof claim === "string") return { names: claim.match(nameInText) ?? [], fault: undefined };
  if (Array.isArray(claim)) return readList(claim);
  if (isObject(claim)) {
    const members = Object.entries(claim).filter(([, value]) => value !== false && value !== null);
    return { names: members.map(([name]) => name), fault: undefined };
  }
  return { names: [], fault: describeClaim(claim) };
};

const readList = (entries: readonly Json[]): NamesClaim => {
  const read = entries.map(nameIn);
  const unread = read.filter((name) => name === undefined).length;
  return {
    names: read.filter((name) => name !== undefined),
    fault:
      unread === 0 ? undefined : `holds a list in which ${unread} of ${entries.length} entries are no names`,
  };
};

const nameIn = (entry: Json): string | undefined => {
  if (typeof entry === "string") return entry;
  if (!isObject(entry)) return undefined;
  const name = entry["name"] ?? entry["value"];
  return typeof name === "string" ? name : undefined;
};
