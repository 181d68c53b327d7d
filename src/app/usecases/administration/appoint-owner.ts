import { BadRequest, Conflict } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { membershipState } from "../../../domain/people/membership.ts";
import { usernameIn } from "../members/give-role.ts";
import { withMembership } from "../members/replace-membership.ts";
import type { AdministrationParts } from "./administered-groups.ts";
import { ownersOf, refuseWhileDeleted, requireMade } from "./administered-groups.ts";

/** An owner's membership. Throws BadRequest if all roles come from the provider, and if no owner is named. */
export const ownership = async (
  d: Pick<AdministrationParts, "areRolesKeptHere" | "people" | "clock">,
  owner: string | undefined,
  addedBy: string,
  signal: AbortSignal,
): Promise<Membership> => {
  if (!d.areRolesKeptHere) {
    throw new BadRequest(
      "Owners come from the identity provider here (setting MEMBERSHIPS): leave out the owner, and add people there.",
    );
  }
  if (owner === undefined) throw new BadRequest("Name the owner, by the username of their login.");
  const username = usernameIn(owner);
  return {
    username,
    role: "owners",
    until: undefined,
    addedBy,
    addedAt: d.clock.now(),
    person: (await d.people.find(username, signal))?.person,
    claimedAt: undefined,
  };
};

/**
 * Appoints an owner for a group that has none. Somebody who was appointed and has not logged in yet is replaced, since
 * the name may have been misspelt.
 */
export const appointOwner = async (
  d: AdministrationParts,
  name: string,
  owner: string,
  addedBy: string,
  signal: AbortSignal,
): Promise<{ readonly group: Group; readonly username: string }> => {
  const group = d.file.find(name) ?? (await openMade(d, name, signal));
  const membership = await ownership(d, owner, addedBy, signal);
  const people = await d.people.all(signal);
  await d.memberships.update(
    group,
    (present) => {
      const [owning] = ownersOf(d, group, present, people).owners;
      if (owning === membership.username) return "unchanged";
      if (owning !== undefined) {
        throw new Conflict(`The group has an owner, ${owning}, who makes others owners.`);
      }
      const isReplaced = (one: Membership) =>
        one.role === "owners" && membershipState(one, d.clock.now()) === "pending";
      const memberships = present.memberships.filter((one) => !isReplaced(one));
      return withMembership({ ...present, memberships }, membership);
    },
    signal,
  );
  return { group, username: membership.username };
};

const openMade = async (d: AdministrationParts, name: string, signal: AbortSignal): Promise<Group> => {
  const group = await requireMade(d, name, signal);
  refuseWhileDeleted(group);
  if (group.isArchived) {
    throw new Conflict(`The group ${group.name} is archived. Open it again before you appoint an owner.`);
  }
  return group;
};
