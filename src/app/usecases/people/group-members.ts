import { dayOf } from "../../../domain/calendar-day.ts";
import { BadRequest, Conflict, NotConfigured, NotFound } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { Person } from "../../../domain/identity/person.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { roles } from "../../../domain/identity/role.ts";
import type { User, Username } from "../../../domain/identity/user.ts";
import { parseUsername } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { maxMemberships, withoutOld } from "../../../domain/people/group-people.ts";
import type { Member } from "../../../domain/people/member.ts";
import { counts, hasOwner, membersOf, personNamed } from "../../../domain/people/member.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { endingSoon, isSameGrant } from "../../../domain/people/membership.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import { providedRoles } from "../../../domain/people/person-record.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { GroupMembers } from "../../../ports/driving/people/group-members.ts";
import type { Access } from "../groups/access.ts";
import { dayIn } from "./grant-input.ts";
import type { Memberships } from "./memberships.ts";
import type { People } from "./people.ts";

export interface MembersParts {
  /** Undefined: roles are changed at the identity provider only (`MEMBERSHIPS=provider`). */
  readonly memberships: Memberships | undefined;
  readonly people: People;
  readonly clock: Clock;
}

const parseRole = (name: string): Role => {
  const role = roles.find((known) => known === name);
  if (!role) throw new NotFound("There is no such role.");
  return role;
};

/** Throws BadRequest for what nobody can be called. */
export const usernameIn = (text: string): Username => {
  const username = parseUsername(text);
  if (username === undefined) {
    throw new BadRequest(
      "A username has 1 to 200 bytes, no control characters, and no blanks around it: give the one with which the person logs in.",
    );
  }
  return username;
};

/** Opens the members of a group to somebody who may read them. */
export const openMembers = (d: MembersParts, access: Access): GroupMembers => {
  const list = async (signal: AbortSignal) => {
    const found = await allMembers(d, access, signal);
    access.audit("list", "settings/members");
    return access.rights.has("write group") ? found : forMembers(found);
  };
  return {
    areKeptHere: d.memberships !== undefined,
    list,
    withRole: async (name, signal) => {
      const role = parseRole(name);
      const holding = (await list(signal)).filter((member) => member.roles.includes(role));
      return holding.map(({ username }) => username);
    },
    grant: (role, username, until, signal) => grant(d, access, { role, username, until }, signal),
    change: (held, username, to, signal) => change(d, access, held, { ...to, username }, signal),
    ending: async (signal) => {
      access.require("write group");
      const kept = await d.memberships?.read(access.group, signal);
      return endingSoon(kept?.memberships ?? [], d.clock.now());
    },
    revoke: async (roleName, name, signal) => {
      access.require("write group");
      const role = parseRole(roleName);
      const username = usernameIn(name);
      const holds = (one: Membership, person: Person | undefined) =>
        one.role === role && (one.username === username || isOf(person, one));
      await takeBack(d, access, { username, roles: [role], holds }, signal);
      access.audit("delete", `settings/roles/${role}/members/${username}`);
    },
    leave: async (signal) => {
      const { username, person } = userOf(access);
      const holds = (one: Membership) => isOf(person, one);
      await takeBack(d, access, { username, roles, holds }, signal);
      access.audit("delete", "settings/members/me");
    },
  };
};

/** Only users may read a group's members. */
export const userOf = ({ caller }: Access): User => {
  if (caller.kind !== "user") throw new Error("nobody but a user has roles");
  return caller.user;
};

const forMembers = (all: readonly Member[]): readonly Member[] =>
  all
    .filter((member) => member.roles.length > 0)
    .map((member) => ({
      ...member,
      sources: member.sources.filter(counts),
      lastSignIn: undefined,
      email: undefined,
    }));

/** Everybody who has signed in; the caller as they are now, whatever they were at their last sign-in. */
const peopleWith = async (d: MembersParts, user: User, signal: AbortSignal) => {
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

const allMembers = async (
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

/** What owners change where roles are kept here. Throws what {@link Access.require} throws, and NotConfigured. */
export const keptHere = (d: Pick<MembersParts, "memberships">, access: Access): Memberships => {
  access.require("write group");
  if (!d.memberships) throw keptElsewhere();
  return d.memberships;
};

interface Grant {
  readonly role: string;
  readonly username: string;
  readonly until: string | undefined;
}

const membershipFrom = async (
  d: MembersParts,
  access: Access,
  given: Grant,
  signal: AbortSignal,
): Promise<Membership> => {
  const role = parseRole(given.role);
  const username = usernameIn(given.username);
  const now = d.clock.now();
  return {
    username,
    role,
    until: dayIn(given.until, now),
    addedBy: userOf(access).username,
    addedAt: now,
    // Whoever has this username now; somebody who had it before gets nothing by it.
    person: (await d.people.find(username, signal))?.person,
    claimedAt: undefined,
  };
};

const auditRole = (access: Access, action: "write" | "delete", role: Role, username: Username): void =>
  access.audit(action, `settings/roles/${role}/members/${username}`);

const grant = async (d: MembersParts, access: Access, given: Grant, signal: AbortSignal): Promise<void> => {
  access.require("write group");
  parseRole(given.role);
  if (!d.memberships) throw keptElsewhere();
  const membership = await membershipFrom(d, access, given, signal);
  await d.memberships.update(access.group, (present) => withMembership(present, membership), signal);
  auditRole(access, "write", membership.role, membership.username);
};

const change = async (
  d: MembersParts,
  access: Access,
  heldName: string,
  given: Grant,
  signal: AbortSignal,
): Promise<void> => {
  access.require("write group");
  if (!d.memberships) throw keptElsewhere();
  const held = parseRole(heldName);
  const membership = await membershipFrom(d, access, given, signal);
  const people = await peopleWith(d, userOf(access), signal);
  const members = ({ memberships }: GroupPeople) =>
    membersOf(normaliseGroupName(access.group.name), { memberships, people }, d.clock.now());
  const { username, person } = membership;
  const holds = (one: Membership) => one.role === held && (one.username === username || isOf(person, one));
  await d.memberships.update(
    access.group,
    (present) => {
      const wanted = replaced(present, holds, membership);
      if (wanted !== "unchanged") refuseWithoutOwner(members(present), members(wanted));
      return wanted;
    },
    signal,
  );
  if (membership.role !== held) auditRole(access, "delete", held, username);
  auditRole(access, "write", membership.role, username);
};

/** Puts a membership in place of those that `holds` is true of. */
const replaced = (
  present: GroupPeople,
  holds: (one: Membership) => boolean,
  membership: Membership,
): GroupPeople | "unchanged" => {
  const former = present.memberships.filter(holds);
  const [first] = former;
  if (first === undefined) {
    throw new Conflict("This role has been taken back or changed meanwhile. Look at the list as it is now.");
  }
  if (former.length === 1 && isSameGrant(first, membership)) return "unchanged";
  const rest = { ...present, memberships: present.memberships.filter((one) => !holds(one)) };
  // Owners go on seeing when somebody came to whom it was bound.
  const claimedAt = isOf(membership.person, first) ? first.claimedAt : undefined;
  const outcome = withMembership(rest, { ...membership, claimedAt });
  return outcome === "unchanged" ? rest : outcome;
};

/** Replaces what gave this username the role before. */
export const withMembership = (present: GroupPeople, membership: Membership): GroupPeople | "unchanged" => {
  if (present.memberships.some((one) => isSameGrant(one, membership))) return "unchanged";
  const current = withoutOld(present, membership.addedAt);
  const others = current.memberships.filter(
    ({ username, role }) => username !== membership.username || role !== membership.role,
  );
  requireRoom(others);
  return { ...current, memberships: [...others, membership] };
};

/** Throws Conflict when a group has no room for one more. */
export const requireRoom = (memberships: readonly Membership[]): void => {
  if (memberships.length < maxMemberships) return;
  throw new Conflict(
    `A group has room for ${maxMemberships} roles that are given here. Take one back first.`,
  );
};

const isOf = (person: Person | undefined, { person: owner }: Membership): boolean =>
  person !== undefined && owner !== undefined && isSamePerson(person, owner);

interface Taken {
  readonly username: Username;
  readonly roles: readonly Role[];
  /** Whether a membership is one that is taken back; the person is who has the username now. */
  readonly holds: (one: Membership, person: Person | undefined) => boolean;
}

const takeBack = async (
  d: MembersParts,
  access: Access,
  taken: Taken,
  signal: AbortSignal,
): Promise<void> => {
  const people = await peopleWith(d, userOf(access), signal);
  const group = normaliseGroupName(access.group.name);
  const members = (memberships: readonly Membership[]) =>
    membersOf(group, { memberships, people }, d.clock.now());
  if (!d.memberships) {
    refuseProvided(members([]), taken);
    throw keptElsewhere();
  }
  const person = personNamed(taken.username, people);
  await d.memberships.update(
    access.group,
    (present) => {
      const rest = present.memberships.filter((one) => !taken.holds(one, person));
      if (rest.length === present.memberships.length) {
        refuseProvided(members(rest), taken);
        return "unchanged";
      }
      refuseWithoutOwner(members(present.memberships), members(rest));
      return { ...present, memberships: rest };
    },
    signal,
  );
};

const originOf: Readonly<Record<"provider" | "mapping", string>> = {
  provider: "the identity provider's groups",
  mapping: "a group of the identity provider that the setting ROLE_GROUPS maps to it",
};

/** A role that the provider gives cannot be taken back here. */
const refuseProvided = (all: readonly Member[], { username, roles: taken }: Taken): void => {
  const sources = all.find((member) => member.username === username)?.sources ?? [];
  const provided = sources.find(({ from, role }) => from !== "here" && taken.includes(role));
  if (provided === undefined || provided.from === "here") return;
  throw new Conflict(
    `The role ${provided.role} of ${username} comes from ${originOf[provided.from]}, and is taken back there.`,
  );
};

const refuseWithoutOwner = (before: readonly Member[], after: readonly Member[]): void => {
  if (!hasOwner(before) || hasOwner(after)) return;
  throw new Conflict(
    "This would leave the group without an owner. Make somebody else an owner first, who has logged in here.",
  );
};
