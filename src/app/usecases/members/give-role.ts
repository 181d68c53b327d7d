import { BadRequest, NotFound } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { roles } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";
import { parseUsername } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { membersOf } from "../../../domain/people/member.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import type { Access } from "../groups/access.ts";
import { dayIn } from "../people/grant-input.ts";
import type { MembersParts } from "./member-list.ts";
import { keptHere, peopleWith, userOf } from "./member-list.ts";
import { isOf, replaced, withMembership } from "./replace-membership.ts";
import { refuseWithoutOwner } from "./take-role.ts";

/** Throws NotFound for what is no role. */
export const parseRole = (name: string): Role => {
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

/** Records who has given or taken whose role. */
export const auditRole = (access: Access, action: "write" | "delete", role: Role, username: Username): void =>
  access.audit(action, `settings/roles/${role}/members/${username}`);

/** Gives a role, in place of the same one that was given before. */
export const grant = async (
  d: MembersParts,
  access: Access,
  given: Grant,
  signal: AbortSignal,
): Promise<void> => {
  access.require("write group");
  parseRole(given.role);
  const memberships = keptHere(d, access);
  const membership = await membershipFrom(d, access, given, signal);
  await memberships.update(access.group, (present) => withMembership(present, membership), signal);
  auditRole(access, "write", membership.role, membership.username);
};

/** Puts a role, or another last day, in place of one that was given here, in one write. */
export const change = async (
  d: MembersParts,
  access: Access,
  heldName: string,
  given: Grant,
  signal: AbortSignal,
): Promise<void> => {
  const kept = keptHere(d, access);
  const held = parseRole(heldName);
  const membership = await membershipFrom(d, access, given, signal);
  const people = await peopleWith(d, userOf(access), signal);
  const members = ({ memberships }: GroupPeople) =>
    membersOf(normaliseGroupName(access.group.name), { memberships, people }, d.clock.now());
  const { username, person } = membership;
  const holds = (one: Membership) => one.role === held && (one.username === username || isOf(person, one));
  await kept.update(
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
