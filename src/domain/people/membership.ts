import type { Json, JsonObject, Seconds } from "../brand.ts";
import type { CalendarDay } from "../calendar-day.ts";
import { endOfDay, parseDay } from "../calendar-day.ts";
import type { Person } from "../identity/person.ts";
import { isSamePerson, parsePerson } from "../identity/person.ts";
import type { Role } from "../identity/role.ts";
import { roles } from "../identity/role.ts";
import type { Username } from "../identity/user.ts";
import { isJsonObject } from "../json-object.ts";

/** A role in a group that an owner has given to somebody here. */
export interface Membership {
  readonly username: Username;
  readonly role: Role;
  /** The last day on which it counts; undefined: it has no end. */
  readonly until: CalendarDay | undefined;
  /** The username of who gave it. */
  readonly addedBy: string;
  readonly addedAt: Seconds;
  /** Whose it is, whatever they are called; undefined: pending, until somebody of that username comes. */
  readonly person: Person | undefined;
  /**
   * When somebody of that username came to whom a pending one was bound, or accepted the invitation; undefined: it was
   * bound when it was given.
   */
  readonly claimedAt: Seconds | undefined;
  /** Whether its owner and the group's owners have been mailed that it ends. */
  readonly isEndMailed?: true;
}

/** How long a membership waits for somebody of its username. */
export const pendingLifetime: Seconds = 30 * 86_400;

export type MembershipState =
  /** It gives its person the role. */
  | "active"
  /** Nobody of its username has come yet. */
  | "pending"
  /** Nobody of its username came in time. */
  | "lapsed"
  /** Its last day is over. */
  | "expired";

export const membershipState = ({ until, person, addedAt }: Membership, now: Seconds): MembershipState => {
  if (until !== undefined && endOfDay(until) <= now) return "expired";
  if (person !== undefined) return "active";
  return addedAt + pendingLifetime > now ? "pending" : "lapsed";
};

/** How long before its end a membership's end is told of. */
const endNotice: Seconds = 14 * 86_400;

/** Whether it counts now, and ends within 14 days. */
export const endsSoon = (one: Membership, now: Seconds): boolean =>
  one.until !== undefined && endOfDay(one.until) - endNotice <= now && membershipState(one, now) === "active";

/** A membership that ends soon. */
export interface EndingMembership extends Pick<Membership, "username" | "role"> {
  readonly until: CalendarDay;
}

/** Those of these that end soon, the first first. */
export const endingSoon = (all: readonly Membership[], now: Seconds): readonly EndingMembership[] =>
  all
    .filter((one) => endsSoon(one, now))
    .flatMap(({ username, role, until }) => (until === undefined ? [] : [{ username, role, until }]))
    .sort((one, other) => (one.until < other.until ? -1 : 1));

/** The roles that these memberships give a person now. */
export const rolesOf = (person: Person, all: readonly Membership[], now: Seconds): ReadonlySet<Role> =>
  new Set(
    all
      .filter(
        (one) => one.person && isSamePerson(one.person, person) && membershipState(one, now) === "active",
      )
      .map(({ role }) => role),
  );

/** Whether any of these waits for somebody of this username. */
export const isAwaited = (username: Username, all: readonly Membership[], now: Seconds): boolean =>
  all.some((one) => one.username === username && membershipState(one, now) === "pending");

/** Binds all that wait for somebody of this username to the first person who comes. */
export const bindTo = (
  username: Username,
  person: Person,
  all: readonly Membership[],
  now: Seconds,
): readonly Membership[] =>
  all.map((one) =>
    one.username === username && membershipState(one, now) === "pending"
      ? { ...one, person, claimedAt: now }
      : one,
  );

/** Whether both give the same to the same person, whoever gave it. */
export const isSameGrant = (one: Membership, other: Membership): boolean =>
  one.username === other.username &&
  one.role === other.role &&
  one.until === other.until &&
  one.person !== undefined &&
  other.person !== undefined &&
  isSamePerson(one.person, other.person);

export const serialiseMembership = (one: Membership): JsonObject => ({
  username: one.username,
  role: one.role,
  until: one.until,
  addedBy: one.addedBy,
  addedAt: one.addedAt,
  subject: one.person && { issuer: one.person.issuer, subject: one.person.subject },
  claimedAt: one.claimedAt,
  isEndMailed: one.isEndMailed,
});

const isTime = (value: Json | undefined): value is Seconds => typeof value === "number" && value >= 0;

const isOptional = <T>(value: Json | undefined, parsed: T | undefined): boolean =>
  value === undefined || parsed !== undefined;

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseMembership = (value: Json | undefined): Membership | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { username, addedBy, addedAt, claimedAt, isEndMailed } = value;
  const role = roles.find((known) => known === value["role"]);
  const until = parseDay(value["until"]);
  const person = parsePerson(value["subject"]);
  const isWhole =
    typeof username === "string" &&
    username !== "" &&
    role !== undefined &&
    typeof addedBy === "string" &&
    isTime(addedAt) &&
    (claimedAt === undefined || isTime(claimedAt)) &&
    (isEndMailed === undefined || isEndMailed === true) &&
    isOptional(value["until"], until) &&
    isOptional(value["subject"], person);
  if (!isWhole) return undefined;
  const parsed = { username: username as Username, role, until, addedBy, addedAt, person, claimedAt };
  return isEndMailed ? { ...parsed, isEndMailed } : parsed;
};
