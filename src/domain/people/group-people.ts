import type { Json, JsonObject, Seconds } from "../brand.ts";
import { endOfDay } from "../calendar-day.ts";
import type { Invitation } from "./invitation.ts";
import { isExpired, parseInvitation, serialiseInvitation } from "./invitation.ts";
import type { Membership } from "./membership.ts";
import { parseMembership, pendingLifetime, serialiseMembership } from "./membership.ts";

/** Who has been given which role in a group here, and who is invited: a record for each group. */
export interface GroupPeople {
  readonly memberships: readonly Membership[];
  readonly invitations: readonly Invitation[];
}

export const nobody: GroupPeople = { memberships: [], invitations: [] };

/** Of one group. Each has some 300 bytes, and a record has room for 1 MB. */
export const maxMemberships = 2000;

/** For how long owners still see a membership that has ended or was never claimed. */
const oldAfter: Seconds = 90 * 86_400;

/** Without the memberships that ended long ago, and without invitations that cannot be accepted any more. */
export const withoutOld = (people: GroupPeople, now: Seconds): GroupPeople => {
  const endOf = ({ until, person, addedAt }: Membership): Seconds =>
    Math.min(
      until === undefined ? Number.POSITIVE_INFINITY : endOfDay(until),
      person === undefined ? addedAt + pendingLifetime : Number.POSITIVE_INFINITY,
    );
  return {
    memberships: people.memberships.filter((one) => endOf(one) + oldAfter > now),
    invitations: people.invitations.filter((one) => !isExpired(one, now)),
  };
};

const schema = 1;

export const serialiseGroupPeople = ({ memberships, invitations }: GroupPeople): JsonObject => ({
  schema,
  memberships: memberships.map(serialiseMembership),
  invitations: invitations.map(serialiseInvitation),
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseGroupPeople = (value: JsonObject): GroupPeople | undefined => {
  const { schema: found } = value;
  const memberships = parseAll(value["memberships"], parseMembership);
  // Records of the first days have no invitations.
  const invitations = parseAll(value["invitations"] ?? [], parseInvitation);
  return found === schema && memberships && invitations ? { memberships, invitations } : undefined;
};

/** Undefined: it is no list, or something in it cannot be parsed. */
const parseAll = <T>(
  value: Json | undefined,
  parse: (one: Json | undefined) => T | undefined,
): readonly T[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const parsed = value.map(parse).filter((one) => one !== undefined);
  return parsed.length === value.length ? parsed : undefined;
};
