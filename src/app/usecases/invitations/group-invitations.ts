import type { Seconds } from "../../../domain/brand.ts";
import type { CalendarDay } from "../../../domain/calendar-day.ts";
import { dayOf } from "../../../domain/calendar-day.ts";
import { BadRequest, Conflict } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import { withoutOld } from "../../../domain/people/group-people.ts";
import type { Invitation, InvitationId, InvitationSecret } from "../../../domain/people/invitation.ts";
import {
  defaultLifetime,
  maxInvitations,
  maxLifetime,
  parseInvitationId,
  secretBytes,
  secretFrom,
} from "../../../domain/people/invitation.ts";
import { providedRoles } from "../../../domain/people/person-record.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type {
  CreatedInvitation,
  GroupInvitations,
  ListedInvitation,
  NewInvitation,
} from "../../../ports/driving/people/group-invitations.ts";
import type { Access } from "../groups/access.ts";
import type { MembersParts } from "../members/member-list.ts";
import { keptHere, userOf } from "../members/member-list.ts";
import { dayIn, noteIn, roleIn } from "../people/grant-input.ts";
import type { Memberships } from "../people/memberships.ts";
import type { InvitationMailParts } from "./invitation-mail.ts";
import { addressIn, countInvitationMail, mailInvitation } from "./invitation-mail.ts";
import type { InvitationPointers } from "./invitation-pointers.ts";
import { idOfSecret } from "./invitation-secret.ts";
import { invitationStates } from "./invitation-states.ts";

export interface InvitationsParts extends MembersParts, InvitationMailParts {
  readonly pointers: InvitationPointers;
  readonly random: Random;
}

/** Opens the invitations of a group to somebody who may read its settings; they are for owners. */
export const openInvitations = (d: InvitationsParts, access: Access): GroupInvitations => ({
  canMail: d.mail.isAvailable,
  list: async (signal) => {
    const found = await list(d, access, keptHere(d, access), signal);
    access.audit("list", "settings/invitations");
    return found;
  },
  create: async (given, signal) => {
    const memberships = keptHere(d, access);
    const created = await invitationFrom(d, access, given);
    await countInvitationMail(d, created);
    await store(d, access, memberships, created, signal);
    mailInvitation(d, access.group, created);
    access.audit("write", `settings/invitations/${created.id}`);
    return created;
  },
  withdraw: async (text, signal) => {
    const memberships = keptHere(d, access);
    const id = parseInvitationId(text);
    if (id === undefined) return;
    await withdraw(d, access, memberships, id, signal);
    access.audit("delete", `settings/invitations/${id}`);
  },
});

const list = async (
  d: InvitationsParts,
  { group }: Access,
  memberships: Memberships,
  signal: AbortSignal,
): Promise<readonly ListedInvitation[]> => {
  const present = await memberships.read(group, signal);
  const stateOf = invitationStates(d, group, present, signal);
  const all = await Promise.all(
    present.invitations.map(async (one) => ({ ...one, state: await stateOf(one) })),
  );
  return all.filter((one): one is ListedInvitation => one.state !== "expired");
};

const expiryIn = (text: string | undefined, now: Seconds): CalendarDay => {
  const expires = dayIn(text, now, "expires") ?? dayOf(now + defaultLifetime);
  if (expires > dayOf(now + maxLifetime)) {
    throw new BadRequest(`The day (expires) can be ${maxLifetime / 86_400} days from now at most.`);
  }
  return expires;
};

const invitationFrom = async (
  { clock, random, mail }: InvitationsParts,
  access: Access,
  given: NewInvitation,
): Promise<CreatedInvitation> => {
  const now = clock.now();
  const creator = userOf(access);
  const group = normaliseGroupName(access.group.name);
  const wanted = {
    role: roleIn(given.role),
    note: noteIn(given.note),
    until: dayIn(given.until, now),
    expires: expiryIn(given.expires, now),
    mailedTo: addressIn(mail, given.email),
  };
  const secret: InvitationSecret = secretFrom(random.text(secretBytes));
  return {
    id: await idOfSecret(secret),
    secret,
    ...wanted,
    createdBy: creator.username,
    creator: creator.person,
    createdAt: now,
    isByProvidedOwner: providedRoles(creator).some((one) => one.group === group && one.role === "owners"),
    declinedBy: undefined,
  };
};

const store = async (
  { pointers }: InvitationsParts,
  { group }: Access,
  memberships: Memberships,
  { secret: _, mailedTo: __, ...invitation }: CreatedInvitation,
  signal: AbortSignal,
): Promise<void> => {
  const { id, expires, createdAt } = invitation;
  pointers.sweep();
  await pointers.add(id, { group: normaliseGroupName(group.name), expires }, signal);
  try {
    await memberships.update(
      group,
      (present) => {
        const current = withoutOld(present, createdAt);
        requireRoom(current.invitations);
        return { ...current, invitations: [...current.invitations, invitation] };
      },
      signal,
    );
  } catch (error) {
    // Of an outage it is not known whether the invitation was stored; nobody has its secret then.
    pointers.remove(id);
    throw error;
  }
};

const requireRoom = (present: readonly Invitation[]): void => {
  if (present.length < maxInvitations) return;
  throw new Conflict(`A group has room for ${maxInvitations} invitations. Withdraw one first.`);
};

const withdraw = async (
  { pointers }: InvitationsParts,
  { group }: Access,
  memberships: Memberships,
  id: InvitationId,
  signal: AbortSignal,
): Promise<void> => {
  let isFound = false;
  await memberships.update(
    group,
    (present) => {
      const invitations = present.invitations.filter((one) => one.id !== id);
      isFound = invitations.length < present.invitations.length;
      return isFound ? { ...present, invitations } : "unchanged";
    },
    signal,
  );
  if (isFound) pointers.remove(id);
};
