import type { JsonObject, Seconds } from "../brand.ts";
import type { Person } from "../identity/person.ts";
import { parsePerson } from "../identity/person.ts";

/** To whom a username in the setting `ADMINISTRATORS` belongs: a record for each. */
export interface AdministratorRecord {
  readonly person: Person;
  readonly boundAt: Seconds;
}

const schema = 1;

export const serialiseAdministrator = ({ person, boundAt }: AdministratorRecord): JsonObject => ({
  schema,
  issuer: person.issuer,
  subject: person.subject,
  boundAt,
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseAdministrator = (value: JsonObject): AdministratorRecord | undefined => {
  const { schema: found, boundAt } = value;
  const person = parsePerson(value);
  return found === schema && person && typeof boundAt === "number" ? { person, boundAt } : undefined;
};
