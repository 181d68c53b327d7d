import { Conflict } from "../../../domain/failure.ts";
import type { Person } from "../../../domain/identity/person.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { User, Username } from "../../../domain/identity/user.ts";
import { parseUsername } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { withoutOld } from "../../../domain/people/group-people.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { requireRoom } from "../members/replace-membership.ts";

/** A membership of a person who has come here themself, by an invitation or a request. */
export interface BoundMembership extends Membership {
  readonly person: Person;
}

/** Under which name a user can be given roles. Throws Conflict when there is none. */
export const grantableName = ({ username }: User): Username => {
  const name = parseUsername(username);
  if (name === undefined) {
    throw new Conflict("Your username is too long to be given a role here, or has blanks around it.");
  }
  return name;
};

/** Replaces the same role of the same person, under whatever name, and one that waited for somebody of this name. */
export const withBound = (present: GroupPeople, membership: BoundMembership): GroupPeople => {
  const current = withoutOld(present, membership.addedAt);
  const isReplaced = (one: Membership): boolean =>
    one.role === membership.role &&
    (one.person ? isSamePerson(one.person, membership.person) : one.username === membership.username);
  const others = current.memberships.filter((one) => !isReplaced(one));
  requireRoom(others);
  return { ...current, memberships: [...others, membership] };
};
