import type { Branded, JsonObject } from "../brand.ts";
import { claimAt, describeClaim } from "./claim.ts";

/** The value of the configured subject claim; never empty, and at one issuer never two people's. */
export type Subject = Branded<"Subject">;

/** Who somebody is, whatever they are called: issuer and subject together (OpenID Connect Core section 5.7). */
export interface Person {
  readonly issuer: string;
  readonly subject: Subject;
}

export const isSamePerson = (one: Person, other: Person): boolean =>
  one.issuer === other.issuer && one.subject === other.subject;

/** The person as one text, which no other person has. */
export const personKey = ({ issuer, subject }: Person): string => JSON.stringify([issuer, subject]);

/** Longer ones would swell every session (OpenID Connect Core section 2 allows a `sub` of 255 characters). */
const maxLength = 1000;

/** Whether a claim can be a provider's name for somebody or something. */
export const isIdentifier = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxLength;

/** Reads what a session's record says of a person; undefined for anything else. */
export const parsePerson = (value: unknown): Person | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { issuer, subject } = value as Readonly<Record<string, unknown>>;
  return isIdentifier(issuer) && isIdentifier(subject) ? { issuer, subject: subject as Subject } : undefined;
};

/** The person that a verified id token is about, by this claim of it; undefined: it does not say. */
export const personFromClaims = (claims: JsonObject, subjectClaim: string): Person | undefined =>
  parsePerson({ issuer: claims["iss"], subject: claimAt(claims, subjectClaim) });

/** Why {@link personFromClaims} finds nobody in these claims. For operators. */
export const personFault = (claims: JsonObject, subjectClaim: string): string => {
  const name = isIdentifier(claimAt(claims, subjectClaim)) ? "iss" : subjectClaim;
  const claim = claimAt(claims, name);
  if (claim === undefined) return `the claim ${name} is missing`;
  return `the claim ${name} ${describeClaim(claim)}; it has to be a text of 1 to ${maxLength} characters`;
};
