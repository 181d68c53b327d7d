import type { Seconds } from "../brand.ts";
import type { CalendarDay } from "../calendar-day.ts";
import { dayOf } from "../calendar-day.ts";
import type { NormalisedGroupName } from "../groups/group.ts";
import type { Person } from "../identity/person.ts";
import { isSamePerson, personKey } from "../identity/person.ts";
import type { Role } from "../identity/role.ts";
import { roles } from "../identity/role.ts";
import type { Username } from "../identity/user.ts";
import type { MailAddress } from "../mail/mail-address.ts";
import type { Membership, MembershipState } from "./membership.ts";
import { membershipState, pendingLifetime } from "./membership.ts";
import type { PersonRecord } from "./person-record.ts";

/** Somebody who has, or is to have, roles in a group. */
export interface Member {
  readonly username: Username;
  /** Those that count now, least to most privileged. */
  readonly roles: readonly Role[];
  readonly sources: readonly RoleSource[];
  /** Undefined: nobody of this username has signed in. */
  readonly lastSignIn: CalendarDay | undefined;
  /** As verified by the provider at that sign-in; undefined: it said none. */
  readonly email?: MailAddress | undefined;
}

/** Where a role of a member comes from. */
export type RoleSource =
  /** What the provider said at the last sign-in. */
  | { readonly from: "provider" | "mapping"; readonly role: Role }
  | {
      readonly from: "here";
      readonly role: Role;
      readonly until: CalendarDay | undefined;
      readonly addedBy: string;
      /** "refused": it is another person's, who had this username before. Only "active" ones count. */
      readonly state: MembershipState | "refused";
      /** Of a pending one: the last day on which it can be claimed. */
      readonly claimableUntil: CalendarDay | undefined;
      /** The day on which somebody came to whom it was bound. */
      readonly claimed: CalendarDay | undefined;
    };

interface Known {
  readonly memberships: readonly Membership[];
  /** Of everybody who has signed in. */
  readonly people: readonly PersonRecord[];
}

/** The members of a group from all sources, by username. */
export const membersOf = (
  group: NormalisedGroupName,
  { memberships, people }: Known,
  now: Seconds,
): readonly Member[] => {
  const byUsername = new Map(people.map((one) => [one.username, one]));
  const sources = new Map<Username, RoleSource[]>();
  const add = (username: Username, source: RoleSource): void => {
    const present = sources.get(username);
    if (present) present.push(source);
    else sources.set(username, [source]);
  };
  for (const { username, roles: provided } of people) {
    for (const { role, from, group: where } of provided) if (where === group) add(username, { role, from });
  }
  // Most groups have nobody who was renamed, and thousands of people may have signed in.
  let byPerson: ReadonlyMap<string, PersonRecord> | undefined;
  const nameNow = (person: Person): PersonRecord | undefined => {
    byPerson ??= new Map(people.map((one) => [personKey(one.person), one]));
    return byPerson.get(personKey(person));
  };
  for (const one of memberships) {
    const present = byUsername.get(one.username);
    if (one.person === undefined || !present || isSamePerson(present.person, one.person)) {
      add(one.username, sourceOf(one, now));
      continue;
    }
    add(one.username, { ...sourceOf(one, now), state: "refused" });
    // Its person is known under another username now.
    const renamed = nameNow(one.person);
    if (renamed) add(renamed.username, sourceOf(one, now));
  }
  return Array.from(sources, ([username, all]) => ({
    username,
    roles: roles.filter((role) => all.some((source) => source.role === role && counts(source))),
    sources: all,
    lastSignIn: byUsername.get(username)?.lastSignIn,
    email: byUsername.get(username)?.email,
  })).sort((one, other) => (one.username < other.username ? -1 : 1));
};

/** Whether a source gives its role now. */
export const counts = (source: RoleSource): boolean => source.from !== "here" || source.state === "active";

export const hasOwner = (all: readonly Member[]): boolean => all.some((one) => one.roles.includes("owners"));

const sourceOf = (one: Membership, now: Seconds): RoleSource & { readonly from: "here" } => {
  const state = membershipState(one, now);
  return {
    from: "here",
    role: one.role,
    until: one.until,
    addedBy: one.addedBy,
    state,
    claimableUntil: state === "pending" ? dayOf(one.addedAt + pendingLifetime) : undefined,
    claimed: one.claimedAt === undefined ? undefined : dayOf(one.claimedAt),
  };
};

/** The person to whom a username belongs, as far as anybody of that name has signed in. */
export const personNamed = (username: Username, people: readonly PersonRecord[]): Person | undefined =>
  people.find((one) => one.username === username)?.person;
