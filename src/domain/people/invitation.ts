import type { Branded, Json, JsonObject, Seconds } from "../brand.ts";
import type { CalendarDay } from "../calendar-day.ts";
import { dayOf, endOfDay, parseDay } from "../calendar-day.ts";
import type { NormalisedGroupName } from "../groups/group.ts";
import type { Person } from "../identity/person.ts";
import { isSamePerson, parsePerson } from "../identity/person.ts";
import type { Role } from "../identity/role.ts";
import { roles } from "../identity/role.ts";
import type { Username } from "../identity/user.ts";
import { isJsonObject } from "../json-object.ts";
import type { Membership } from "./membership.ts";
import { rolesOf } from "./membership.ts";
import type { PersonRecord } from "./person-record.ts";

/** Who knows it may accept the invitation: 26 characters of Base32 (RFC 4648, lower case), 130 random bits. */
export type InvitationSecret = Branded<"InvitationSecret">;

/** The SHA-256 hash of the secret, in hexadecimal; the secret itself is kept nowhere. */
export type InvitationId = Branded<"InvitationId">;

/** A role in a group that whoever has the secret may accept, once. It is in the group's record. */
export interface Invitation {
  readonly id: InvitationId;
  readonly role: Role;
  /** What the owner wrote for the invited person. */
  readonly note: string | undefined;
  /** The last day of the membership; undefined: it has no end. */
  readonly until: CalendarDay | undefined;
  /** The last day on which it can be accepted. */
  readonly expires: CalendarDay;
  readonly createdBy: Username;
  /** Whom that username belonged to. */
  readonly creator: Person;
  readonly createdAt: Seconds;
  /** Whether it was the identity provider that made its creator an owner then. */
  readonly isByProvidedOwner: boolean;
  /** The username of who has declined it. */
  readonly declinedBy: string | undefined;
}

export type InvitationState =
  | "open"
  | "declined"
  /** Its last day, or that of the membership, is over. */
  | "expired"
  /** Who made it is no owner any more. */
  | "void";

/** How long one can be accepted, unless its creator says otherwise, and at most. */
export const defaultLifetime: Seconds = 7 * 86_400;
export const maxLifetime: Seconds = 90 * 86_400;

/** Of one group, declined ones included. Each has 2 kB at most. */
export const maxInvitations = 100;

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const base32 = "abcdefghijklmnopqrstuvwxyz234567";
const secretLength = 26;

/** How many random bytes {@link secretFrom} needs, as Base64url. */
export const secretBytes = 20;

/** The secret in a random text of Base64url, of whose characters each gives five bits. */
export const secretFrom = (random: string): InvitationSecret =>
  Array.from(
    random.slice(0, secretLength),
    (character) => base32[base64url.indexOf(character) % base32.length],
  ).join("") as InvitationSecret;

/** Undefined: it is none, whatever is stored. */
export const parseSecret = (text: string): InvitationSecret | undefined =>
  /^[a-z2-7]{26}$/.test(text) ? (text as InvitationSecret) : undefined;

export const parseInvitationId = (value: unknown): InvitationId | undefined =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? (value as InvitationId) : undefined;

export const isExpired = ({ expires, until }: Invitation, now: Seconds): boolean =>
  endOfDay(expires) <= now || (until !== undefined && endOfDay(until) <= now);

/** What is known of an invitation's creator. */
interface KnownOfCreator {
  readonly group: NormalisedGroupName;
  readonly memberships: readonly Membership[];
  /** Who last signed in under the creator's username; undefined: nobody has. */
  readonly lastSignIn: PersonRecord | undefined;
}

export const invitationState = (
  invitation: Invitation,
  known: KnownOfCreator,
  now: Seconds,
): InvitationState => {
  if (isExpired(invitation, now)) return "expired";
  if (invitation.declinedBy !== undefined) return "declined";
  return isCreatorOwner(invitation, known, now) ? "open" : "void";
};

/**
 * Whether the creator is still an owner, as far as it is known. What the provider says is known from the last sign-in; one
 * on the day of the invitation or before tells nothing new of whom the provider had made an owner.
 */
const isCreatorOwner = (
  { creator, createdAt, isByProvidedOwner }: Invitation,
  { group, memberships, lastSignIn }: KnownOfCreator,
  now: Seconds,
): boolean => {
  if (rolesOf(creator, memberships, now).has("owners")) return true;
  if (lastSignIn === undefined || !isSamePerson(lastSignIn.person, creator)) return isByProvidedOwner;
  if (isByProvidedOwner && lastSignIn.lastSignIn <= dayOf(createdAt)) return true;
  return lastSignIn.roles.some((one) => one.group === group && one.role === "owners");
};

export const serialiseInvitation = (one: Invitation): JsonObject => ({
  id: one.id,
  role: one.role,
  note: one.note,
  until: one.until,
  expires: one.expires,
  createdBy: one.createdBy,
  creator: { issuer: one.creator.issuer, subject: one.creator.subject },
  createdAt: one.createdAt,
  isByProvidedOwner: one.isByProvidedOwner,
  declinedBy: one.declinedBy,
});

const isText = (value: Json | undefined): value is string | undefined =>
  value === undefined || typeof value === "string";

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseInvitation = (value: Json | undefined): Invitation | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { note, createdBy, createdAt, isByProvidedOwner, declinedBy } = value;
  const id = parseInvitationId(value["id"]);
  const role = roles.find((known) => known === value["role"]);
  const until = parseDay(value["until"]);
  const expires = parseDay(value["expires"]);
  const creator = parsePerson(value["creator"]);
  if (id === undefined || role === undefined || expires === undefined || creator === undefined)
    return undefined;
  const isWhole =
    isText(note) &&
    isText(declinedBy) &&
    (value["until"] === undefined || until !== undefined) &&
    typeof createdBy === "string" &&
    createdBy !== "" &&
    typeof createdAt === "number" &&
    typeof isByProvidedOwner === "boolean";
  if (!isWhole) return undefined;
  const made = { createdBy: createdBy as Username, creator, createdAt, isByProvidedOwner };
  return { id, role, note, until, expires, ...made, declinedBy };
};
