import type { JsonObject } from "../brand.ts";
import type { CalendarDay } from "../calendar-day.ts";
import { parseDay } from "../calendar-day.ts";
import type { NormalisedGroupName } from "../groups/group.ts";
import type { Person } from "../identity/person.ts";
import { parsePerson } from "../identity/person.ts";
import type { Role } from "../identity/role.ts";
import { parseRoleGroup } from "../identity/role.ts";
import type { User, Username } from "../identity/user.ts";
import { isJsonObject } from "../json-object.ts";
import type { MailAddress } from "../mail/mail-address.ts";
import { parseMailAddress } from "../mail/mail-address.ts";

/** Who last signed in under a username, and when: a record for each username. */
export interface PersonRecord {
  readonly username: Username;
  readonly person: Person;
  /** In UTC; the time of day is nobody's business. */
  readonly lastSignIn: CalendarDay;
  /** The address that the provider had verified at that sign-in. */
  readonly email?: MailAddress;
  /** The roles that the provider gave at that sign-in. */
  readonly roles: readonly ProvidedRole[];
}

/** A role that the provider gives, by naming its role group or by a group that `ROLE_GROUPS` maps to it. */
export interface ProvidedRole {
  readonly group: NormalisedGroupName;
  readonly role: Role;
  readonly from: "provider" | "mapping";
}

/** Somebody may be in hundreds of groups, and a record is small. */
const maxRoles = 500;

const schema = 1;

/** The roles that the provider gives a user, without those that have been given here. */
export const providedRoles = ({ authzRoles, claimedGroups, givenRoles }: User): readonly ProvidedRole[] => {
  const claimed = new Set(claimedGroups);
  return [...authzRoles].flatMap((name): ProvidedRole[] => {
    const parsed = parseRoleGroup(name);
    if (!parsed || (givenRoles?.has(name) && !claimed.has(name))) return [];
    return [{ ...parsed, from: claimed.has(name) ? "provider" : "mapping" }];
  });
};

const namesFrom = (from: ProvidedRole["from"], all: readonly ProvidedRole[]): readonly string[] =>
  all.filter((one) => one.from === from).map(({ group, role }) => `${group}/${role}`);

export const serialisePerson = ({ username, person, lastSignIn, email, roles }: PersonRecord): JsonObject => {
  const kept = roles.slice(0, maxRoles);
  return {
    schema,
    username,
    issuer: person.issuer,
    subject: person.subject,
    lastSignIn,
    ...(email === undefined ? {} : { email }),
    roleGroups: { provider: namesFrom("provider", kept), mapping: namesFrom("mapping", kept) },
  };
};

const rolesFrom = (from: ProvidedRole["from"], names: unknown): readonly ProvidedRole[] =>
  Array.isArray(names)
    ? names.flatMap((name: unknown) => {
        const parsed = typeof name === "string" ? parseRoleGroup(name) : undefined;
        return parsed ? [{ ...parsed, from }] : [];
      })
    : [];

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parsePersonRecord = (value: JsonObject): PersonRecord | undefined => {
  const { username, roleGroups } = value;
  const person = parsePerson(value);
  const lastSignIn = parseDay(value["lastSignIn"]);
  // Records of the first days have no role groups.
  const named = isJsonObject(roleGroups) ? roleGroups : {};
  const isWhole = value["schema"] === schema && typeof username === "string" && username !== "";
  if (!isWhole || person === undefined || lastSignIn === undefined) return undefined;
  // An address that cannot be used is as good as none.
  const email = typeof value["email"] === "string" ? parseMailAddress(value["email"]) : undefined;
  const roles = [...rolesFrom("provider", named["provider"]), ...rolesFrom("mapping", named["mapping"])];
  return {
    username: username as Username,
    person,
    lastSignIn,
    ...(email === undefined ? {} : { email }),
    roles,
  };
};

export const isSameSignIn = (one: PersonRecord, other: PersonRecord): boolean =>
  JSON.stringify(serialisePerson(one)) === JSON.stringify(serialisePerson(other));
