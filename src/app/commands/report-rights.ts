import { StoreDown } from "../../domain/failure.ts";
import type { Username } from "../../domain/identity/user.ts";
import type { Membership } from "../../domain/people/membership.ts";
import { membershipState } from "../../domain/people/membership.ts";
import { people } from "../usecases/people/people.ts";
import type { Rights } from "../usecases/people/rights-of-person.ts";
import { groupsWithoutOwner, rightsOfPerson } from "../usecases/people/rights-of-person.ts";
import type { CommandContext } from "./command.ts";
import { CommandFailed } from "./command.ts";
import type { StoredSessions } from "./stored-sessions.ts";

/**
 * Prints what was given to somebody here, and ends it if that is wanted. Returns how much of it has ended.
 * @throws CommandFailed when something cannot be read; all else has been done then.
 */
export const reportRights = async (
  { clock, print }: CommandContext,
  { openRecords }: StoredSessions,
  { username: name, end }: { readonly username: string; readonly end: boolean },
): Promise<number> => {
  const username = name as Username;
  const { signal } = new AbortController();
  try {
    const records = await openRecords();
    const parts = { records, people: people(records), clock };
    const { rights, unreadable } = await rightsOfPerson(parts, { username, end }, signal);
    if (rights.length > 0) {
      const lines = rights.flatMap((one) => linesOf(one, clock.now()));
      const what = end
        ? `Ended what ${JSON.stringify(name)} held here`
        : `${JSON.stringify(name)} holds here`;
      const hint = end ? "" : "That goes on: --memberships ends it.\n";
      print(`${what}:\n${lines.join("\n")}\n${hint}`);
    }
    if (unreadable[0]) throw unreadable[0];
    const owned = end ? rights.filter(isOwners).map(({ group }) => group) : [];
    for (const group of await groupsWithoutOwner(parts, { username, groups: owned }, signal)) {
      print(`${group} has no owner now: an administrator can appoint one.\n`);
    }
    return end ? rights.length : 0;
  } catch (error) {
    if (!(error instanceof StoreDown)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    throw new CommandFailed(`Not all that ${JSON.stringify(name)} holds here is known: ${why}`, 1, {
      cause: error,
    });
  }
};

const isOwners = ({ memberships }: Rights): boolean => memberships.some(({ role }) => role === "owners");

const linesOf = ({ group, memberships, invitations }: Rights, now: number): readonly string[] => [
  ...memberships.map((one) => `  ${group}/${one.role}${remarkOn(one, now)}`),
  ...invitations.map(({ role, expires }) => `  an invitation to ${group}/${role}, open until ${expires}`),
];

const remarkOn = (one: Membership, now: number): string => {
  const state = membershipState(one, now);
  if (state === "pending") return ", which nobody of this name has come for yet";
  if (state === "lapsed") return ", for which nobody of this name came in time";
  return one.until === undefined ? "" : `, until ${one.until}`;
};
