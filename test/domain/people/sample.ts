import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import type { NormalisedGroupName } from "../../../src/domain/groups/group.ts";
import type { Person, Subject } from "../../../src/domain/identity/person.ts";
import type { Role } from "../../../src/domain/identity/role.ts";
import type { User, Username } from "../../../src/domain/identity/user.ts";
import type { Invitation, InvitationId } from "../../../src/domain/people/invitation.ts";
import type { Membership } from "../../../src/domain/people/membership.ts";
import type { PersonRecord } from "../../../src/domain/people/person-record.ts";
import { userWith } from "../sample.ts";

export const lab = "measles" as NormalisedGroupName;

/** 2026-11-27, at noon. */
export const noon = Date.UTC(2026, 10, 27, 12) / 1000;

export const personOf = (subject: string): Person => ({
  issuer: "https://idp.example.org",
  subject: subject as Subject,
});

export const nameOf = (text: string): Username => text as Username;

/** A membership that was given at noon by dora, and is bound to the person whose subject is the username. */
export const membershipOf = (username: string, role: Role, more: Partial<Membership> = {}): Membership => ({
  username: nameOf(username),
  role,
  until: undefined,
  addedBy: "dora",
  addedAt: noon,
  person: personOf(username),
  claimedAt: undefined,
  ...more,
});

/** Somebody whose subject is the username, and who has signed in on that day. */
export const recordOf = (username: string, more: Partial<PersonRecord> = {}): PersonRecord => ({
  username: nameOf(username),
  person: personOf(username),
  lastSignIn: "2026-11-20" as CalendarDay,
  roles: [],
  ...more,
});

/** An open invitation for editors that dora, an owner by her membership, has made at noon. */
export const invitationOf = (more: Partial<Invitation> = {}): Invitation => ({
  id: "0f".repeat(32) as InvitationId,
  role: "editors",
  note: undefined,
  until: undefined,
  expires: "2026-12-04" as CalendarDay,
  createdBy: nameOf("dora"),
  creator: personOf("dora"),
  createdAt: noon,
  isByProvidedOwner: false,
  declinedBy: undefined,
  ...more,
});

/** Somebody of this username and subject, whose id token lists these role groups. */
export const userNamed = (username: string, subject = username, ...claimed: string[]): User => ({
  ...userWith(...claimed).user,
  username: nameOf(username),
  person: personOf(subject),
});
