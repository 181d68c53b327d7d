import type { CalendarDay } from "../../../domain/calendar-day.ts";
import { endOfDay } from "../../../domain/calendar-day.ts";
import { NotFound } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { archived } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import type { Invitation, InvitationId } from "../../../domain/people/invitation.ts";
import { parseSecret } from "../../../domain/people/invitation.ts";
import { membershipState } from "../../../domain/people/membership.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Invitations, OpenInvitation } from "../../../ports/driving/people/invitations.ts";
import type { GroupAccess } from "../groups/access.ts";
import { keptElsewhere } from "../members/member-list.ts";
import type { BoundMembership } from "../people/bind-membership.ts";
import { grantableName, withBound } from "../people/bind-membership.ts";
import type { Memberships } from "../people/memberships.ts";
import type { People } from "../people/people.ts";
import { requireUser } from "../people/require-user.ts";
import type { InvitationPointers } from "./invitation-pointers.ts";
import { idOfSecret } from "./invitation-secret.ts";
import { invitationStates } from "./invitation-states.ts";

interface Deps {
  /** Undefined: roles are changed at the identity provider only (`MEMBERSHIPS=provider`). */
  readonly memberships: Memberships | undefined;
  readonly pointers: InvitationPointers;
  readonly people: People;
  readonly catalogue: RoleGroupCatalogue;
  readonly access: Pick<GroupAccess, "auditChange">;
  readonly clock: Clock;
}

interface Parts extends Deps {
  readonly memberships: Memberships;
}

export const invitations = (d: Deps): Invitations => ({
  open: async (caller, text, signal) => {
    const user = requireUser(caller);
    if (!d.memberships) throw keptElsewhere();
    const parts = { ...d, memberships: d.memberships };
    const secret = parseSecret(text);
    if (secret === undefined) throw unusable();
    const id = await idOfSecret(secret);
    const pointer = await d.pointers.find(id, signal);
    const group = pointer && d.catalogue.find(pointer.group);
    if (!group) throw unusable();
    const invitation = await findOpen(parts, group, id, await parts.memberships.read(group, signal), signal);
    return opened(parts, { group, user, caller }, invitation);
  },
});

/** The same for all reasons, so that nobody learns from it which invitations there have been. */
const unusable = () =>
  new NotFound(
    "This invitation cannot be used: it has been used already, was withdrawn, has expired, or never existed. Ask the person who sent it to you for a new one. If you accepted it yourself, the group is in your list of groups.",
  );

/** Throws NotFound unless there is such an invitation, and it is open. */
const findOpen = async (
  d: Parts,
  group: Group,
  id: InvitationId,
  present: GroupPeople,
  signal: AbortSignal,
): Promise<Invitation> => {
  const invitation = present.invitations.find((one) => one.id === id);
  const state = invitation && (await invitationStates(d, group, present, signal)(invitation));
  if (!invitation || state !== "open") throw unusable();
  return invitation;
};

interface Invited {
  readonly group: Group;
  readonly user: User;
  readonly caller: Caller;
}

const opened = (d: Parts, invited: Invited, invitation: Invitation): OpenInvitation => {
  const { group, user, caller } = invited;
  const { id, role, note, until, expires, createdBy } = invitation;
  /** Uses the invitation up, by a change to what is then stored. */
  const use = async (
    change: (present: GroupPeople, invitation: Invitation) => GroupPeople,
    signal: AbortSignal,
  ): Promise<void> => {
    await d.memberships.update(
      group,
      async (present) => change(present, await findOpen(d, group, id, present, signal)),
      signal,
    );
    d.pointers.remove(id);
    d.access.auditChange(caller, group, `settings/invitations/${id}`);
  };
  return {
    group,
    ...{ role, note, until, expires },
    invitedBy: createdBy,
    username: user.username,
    accept: async (signal) => {
      if (group.isArchived) throw archived();
      const username = grantableName(user);
      await use((present, { createdBy: addedBy }) => {
        const now = d.clock.now();
        const { person } = user;
        const given = { username, role, until, addedBy, addedAt: now, person, claimedAt: now };
        return accepted(present, id, given);
      }, signal);
      d.access.auditChange(caller, group, `settings/roles/${role}/members/${username}`);
    },
    decline: (signal) =>
      use((present) => {
        const declined = (one: Invitation) => (one.id === id ? { ...one, declinedBy: user.username } : one);
        return { ...present, invitations: present.invitations.map(declined) };
      }, signal),
  };
};

/** The group once somebody has accepted: whoever has the role for as long already keeps it as it is. */
const accepted = (present: GroupPeople, id: InvitationId, membership: BoundMembership): GroupPeople => {
  const rest = { ...present, invitations: present.invitations.filter((one) => one.id !== id) };
  const { role, person, until, addedAt } = membership;
  const hasAsMuch = rest.memberships.some(
    (one) =>
      one.role === role &&
      one.person !== undefined &&
      isSamePerson(one.person, person) &&
      membershipState(one, addedAt) === "active" &&
      endOf(one.until) >= endOf(until),
  );
  return hasAsMuch ? rest : withBound(rest, membership);
};

const endOf = (until: CalendarDay | undefined): number =>
  until === undefined ? Number.POSITIVE_INFINITY : endOfDay(until);
