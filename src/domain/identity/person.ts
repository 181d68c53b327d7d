import type { Branded, JsonObject } from "../brand.ts";
import { claimAt, describeClaim } from "./claim.ts";

/** The value of the configured subject claim; never empty, and unique at its issuer. */
export type Subject = Branded<"Subject">;

/** A person's identity, which the username does not change: issuer and subject (OpenID Connect Core section 5.7). */
export interface Person {
  readonly issuer: string;
  readonly subject: Subject;
}

export const isSamePerson = (one: Person, other: Person): boolean =>
  one.issuer === other.issuer && one.subject === other.subject;

/** A string that is unique to the person. */
export const personKey = ({ issuer, subject }: Person): string => JSON.stringify([issuer, subject]);

/** In characters. Each session stores the subject; OpenID Connect Core section 2 allows a `sub` of 255. */
const maxLength = 1000;

/** Whether a claim's value is a usable identifier of a person or a session. */
export const isIdentifier = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxLength;

/** Parses the person in a session's record; undefined when it has another shape. */
export const parsePerson = (value: unknown): Person | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { issuer, subject } = value as Readonly<Record<string, unknown>>;
  return isIdentifier(issuer) && isIdentifier(subject) ? { issuer, subject: subject as Subject } : undefined;
};

/** The person that verified claims identify, by `subjectClaim`; undefined when they identify nobody. */
export const personFromClaims = (claims: JsonObject, subjectClaim: string): Person | undefined =>
  parsePerson({ issuer: claims["iss"], subject: claimAt(claims, subjectClaim) });

/** Explains to operators why {@link personFromClaims} finds nobody in these claims. */
export const personFault = (claims: JsonObject, subjectClaim: string): string => {
  const name = isIdentifier(claimAt(claims, subjectClaim)) ? "iss" : subjectClaim;
  const claim = claimAt(claims, name);
  if (claim === undefined) return `the claim ${name} is missing`;
  return `the claim ${name} ${describeClaim(claim)}; it has to be a text of 1 to ${maxLength} characters`;
};
