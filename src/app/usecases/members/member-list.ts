import type { Seconds } from "../../../domain/brand.ts";
import { dayOf } from "../../../domain/calendar-day.ts";
import { NotAllowed, NotConfigured } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import type { Member } from "../../../domain/people/member.ts";
import { counts, membersOf } from "../../../domain/people/member.ts";
import { rolesOf } from "../../../domain/people/membership.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import { providedRoles } from "../../../domain/people/person-record.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Access } from "../groups/access.ts";
import type { Memberships } from "../people/memberships.ts";
import type { People } from "../people/people.ts";

interface KeptParts {
  /** Undefined: roles are changed at the identity provider only (`MEMBERSHIPS=provider`). */
  readonly memberships: Memberships | undefined;
  readonly clock: Clock;
}

export interface MembersParts extends KeptParts {
  readonly people: People;
}

/** Only users may read a group's members. */
export const userOf = ({ caller }: Access): User => {
  if (caller.kind !== "user") throw new Error("nobody but a user has roles");
  return caller.user;
};

/** What others than owners see: who holds a role now, and nothing of when they came. */
export const forMembers = (all: readonly Member[]): readonly Member[] =>
  all
    .filter((member) => member.roles.length > 0)
    .map((member) => ({
      ...member,
      sources: member.sources.filter(counts),
      lastSignIn: undefined,
      email: undefined,
    }));

/** Everybody who has signed in; the caller as they are now, whatever they were at their last sign-in. */
export const peopleWith = async (d: MembersParts, user: User, signal: AbortSignal) => {
  const { username, person } = user;
  const all = await d.people.all(signal);
  const former = all.find((one) => one.username === username);
  const present: PersonRecord = {
    ...(former && isSamePerson(former.person, person) ? former : { username, person }),
    lastSignIn: former?.lastSignIn ?? dayOf(d.clock.now()),
    roles: providedRoles(user),
  };
  return [...all.filter((one) => one !== former), present];
};

/** The members of a group from all sources. */
export const allMembers = async (
  d: MembersParts,
  access: Access,
  signal: AbortSignal,
): Promise<readonly Member[]> => {
  const [people, kept] = await Promise.all([
    peopleWith(d, userOf(access), signal),
    d.memberships?.read(access.group, signal),
  ]);
  const memberships = kept?.memberships ?? [];
  return membersOf(normaliseGroupName(access.group.name), { memberships, people }, d.clock.now());
};

export const keptElsewhere = () =>
  new NotConfigured(
    "Roles are changed at the identity provider, by the people who run it: this server keeps none (setting MEMBERSHIPS).",
  );

/**
 * What owners change where roles are kept here. Throws what {@link Access.require} throws, and NotConfigured. Whether the
 * caller owns the group was known from a copy: a change also throws NotAllowed when the record itself says otherwise, so
 * that nobody gives back what was just taken from them, or a role in a new group of the same name.
 */
export const keptHere = ({ memberships, clock }: KeptParts, access: Access): Memberships => {
  access.require("write group");
  if (!memberships) throw keptElsewhere();
  return {
    ...memberships,
    update: (group, change, signal) =>
      memberships.update(
        group,
        (present) => {
          if (!isOwner(access, present, clock.now())) throw new NotAllowed();
          return change(present);
        },
        signal,
      ),
  };
};

const isOwner = (access: Access, { memberships }: GroupPeople, now: Seconds): boolean => {
  const user = userOf(access);
  const group = normaliseGroupName(access.group.name);
  return (
    rolesOf(user.person, memberships, now).has("owners") ||
    providedRoles(user).some((one) => one.group === group && one.role === "owners")
  );
};
