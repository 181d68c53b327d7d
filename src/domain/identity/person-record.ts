import type { JsonObject } from "../brand.ts";
import type { Person } from "./person.ts";
import { isSamePerson, parsePerson } from "./person.ts";

/** Who last signed in under a username, and when: a record for each username. */
export interface PersonRecord {
  readonly username: string;
  readonly person: Person;
  /** YYYY-MM-DD, in UTC: the time of day is nobody's business. */
  readonly lastSignIn: string;
}

const schema = 1;

export const serialisePerson = ({ username, person, lastSignIn }: PersonRecord): JsonObject => ({
  schema,
  username,
  issuer: person.issuer,
  subject: person.subject,
  lastSignIn,
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parsePersonRecord = (value: JsonObject): PersonRecord | undefined => {
  const { username, lastSignIn } = value;
  const person = parsePerson(value);
  const isWhole =
    value["schema"] === schema &&
    typeof username === "string" &&
    typeof lastSignIn === "string" &&
    /^\d{4}-\d\d-\d\d$/.test(lastSignIn);
  return isWhole && person !== undefined ? { username, person, lastSignIn } : undefined;
};

export const isSameSignIn = (one: PersonRecord, other: PersonRecord): boolean =>
  one.lastSignIn === other.lastSignIn && isSamePerson(one.person, other.person);
