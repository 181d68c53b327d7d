import { Conflict } from "../../../domain/failure.ts";
import type { Person } from "../../../domain/identity/person.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { maxMemberships, withoutOld } from "../../../domain/people/group-people.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { isSameGrant } from "../../../domain/people/membership.ts";

/** Puts a membership in place of those that `holds` is true of. */
export const replaced = (
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

/** Whether a membership is this person's. */
export const isOf = (person: Person | undefined, { person: owner }: Membership): boolean =>
  person !== undefined && owner !== undefined && isSamePerson(person, owner);
