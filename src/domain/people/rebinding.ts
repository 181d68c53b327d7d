import type { Seconds } from "../brand.ts";
import type { CalendarDay } from "../calendar-day.ts";
import type { Person } from "../identity/person.ts";
import { isSamePerson } from "../identity/person.ts";
import type { Username } from "../identity/user.ts";
import type { Membership } from "./membership.ts";
import { membershipState } from "./membership.ts";
import type { PersonRecord } from "./person-record.ts";

/** What becomes of something that is a person's of a former provider. */
export type Rebinding =
  /** It becomes the person's who has the username at the present provider. */
  | { readonly kind: "bind"; readonly person: Person; readonly lastSignIn: CalendarDay }
  /** It waits for the first who comes by the username. */
  | { readonly kind: "wait" }
  /** It is left: the former provider had given the username to another person. */
  | { readonly kind: "reassigned" }
  /** It is left: its person came last by another username. */
  | { readonly kind: "renamed"; readonly to: Username };

interface Owned {
  readonly username: Username;
  readonly person: Person;
}

/**
 * Who is the same person at another provider is known by the username only, so that it is left where that had already
 * meant somebody else. Undefined: it is of the present provider.
 */
export const rebindingOf = (
  { username, person }: Owned,
  people: readonly PersonRecord[],
  issuer: string,
): Rebinding | undefined => {
  if (person.issuer === issuer) return undefined;
  const known = people.find((one) => one.username === username);
  if (known?.person.issuer === issuer)
    return { kind: "bind", person: known.person, lastSignIn: known.lastSignIn };
  if (known?.person.issuer === person.issuer && !isSamePerson(known.person, person))
    return { kind: "reassigned" };
  const later = people.find(
    (one) =>
      one.username !== username &&
      isSamePerson(one.person, person) &&
      (known === undefined || one.lastSignIn > known.lastSignIn),
  );
  return later ? { kind: "renamed", to: later.username } : { kind: "wait" };
};

/** That of a membership. Undefined also for one that gives nothing, or waits anyway. */
export const rebindingOfMembership = (
  membership: Membership,
  people: readonly PersonRecord[],
  issuer: string,
  now: Seconds,
): Rebinding | undefined => {
  const { username, person } = membership;
  return person && membershipState(membership, now) === "active"
    ? rebindingOf({ username, person }, people, issuer)
    : undefined;
};

/** The membership after that. One that waits does so from now on, as if it had been given now. */
export const rebound = (one: Membership, how: Rebinding, now: Seconds): Membership => {
  if (how.kind === "bind") return { ...one, person: how.person, claimedAt: now };
  return how.kind === "wait" ? { ...one, person: undefined, claimedAt: undefined, addedAt: now } : one;
};

/** Whether anything is changed. */
export const isChange = ({ kind }: Rebinding): boolean => kind === "bind" || kind === "wait";
