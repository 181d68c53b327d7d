import type { JsonObject, Seconds } from "../brand.ts";
import { endOfDay } from "../calendar-day.ts";
import type { Membership } from "./membership.ts";
import { parseMembership, pendingLifetime, serialiseMembership } from "./membership.ts";

/** Who has been given which role in a group here: a record for each group. */
export interface GroupPeople {
  readonly memberships: readonly Membership[];
}

export const nobody: GroupPeople = { memberships: [] };

/** Of one group. Each has some 300 bytes, and a record has room for 1 MB. */
export const maxMemberships = 2000;

/** For how long owners still see a membership that has ended or was never claimed. */
const oldAfter: Seconds = 90 * 86_400;

/** Without the memberships that ended long ago. */
export const withoutOld = (people: GroupPeople, now: Seconds): GroupPeople => {
  const endOf = ({ until, person, addedAt }: Membership): Seconds =>
    Math.min(
      until === undefined ? Number.POSITIVE_INFINITY : endOfDay(until),
      person === undefined ? addedAt + pendingLifetime : Number.POSITIVE_INFINITY,
    );
  return { ...people, memberships: people.memberships.filter((one) => endOf(one) + oldAfter > now) };
};

const schema = 1;

export const serialiseGroupPeople = ({ memberships }: GroupPeople): JsonObject => ({
  schema,
  memberships: memberships.map(serialiseMembership),
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseGroupPeople = (value: JsonObject): GroupPeople | undefined => {
  const { schema: found, memberships } = value;
  if (found !== schema || !Array.isArray(memberships)) return undefined;
  const parsed = memberships.map(parseMembership);
  const whole = parsed.filter((one) => one !== undefined);
  return whole.length === parsed.length ? { memberships: whole } : undefined;
};
