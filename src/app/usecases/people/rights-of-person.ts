import { StoreDown } from "../../../domain/failure.ts";
import type { NormalisedGroupName } from "../../../domain/groups/group.ts";
import type { Person } from "../../../domain/identity/person.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { nobody } from "../../../domain/people/group-people.ts";
import type { Invitation } from "../../../domain/people/invitation.ts";
import { isExpired } from "../../../domain/people/invitation.ts";
import { hasOwner, membersOf } from "../../../domain/people/member.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import type { RecordKey } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import { parseRecord, updateRecord } from "../records/update-record.ts";
import { groupPeopleFormat } from "./memberships.ts";
import type { People } from "./people.ts";

interface Deps {
  readonly records: Records;
  readonly people: People;
  readonly clock: Clock;
}

/** What somebody holds in one group. */
export interface Rights {
  readonly group: NormalisedGroupName;
  readonly memberships: readonly Membership[];
  /** Those that they have made, and that can still be accepted as far as their days tell. */
  readonly invitations: readonly Invitation[];
}

export interface FoundRights {
  readonly rights: readonly Rights[];
  /** Of groups whose records cannot be read, where they may hold something too. */
  readonly unreadable: readonly StoreDown[];
}

/**
 * All that was given here to a username, whoever it has belonged to, or to the person who has it now, whatever they were
 * called then, and the invitations that they have made. One damaged record hides no other. Throws StoreDown when the store is away.
 * @param end Whether to end it as well, also that of a last owner.
 */
export const rightsOfPerson = async (
  d: Deps,
  { username, end }: { readonly username: Username; readonly end: boolean },
  signal: AbortSignal,
): Promise<FoundRights> => {
  const unreadable: StoreDown[] = [];
  const onOutage = (error: unknown): undefined => {
    if (!(error instanceof StoreDown)) throw error;
    unreadable.push(error);
  };
  const person = (await d.people.find(username, signal).catch(onOutage))?.person;
  const rights: Rights[] = [];
  for await (const id of d.records.list("memberships", "", signal)) {
    const found = await inGroup(d, { kind: "memberships", id }, { username, person, end }, signal).catch(
      onOutage,
    );
    if (found && found.memberships.length + found.invitations.length > 0) {
      rights.push({ group: String(id) as NormalisedGroupName, ...found });
    }
  }
  return { rights, unreadable };
};

interface Wanted {
  readonly username: Username;
  readonly person: Person | undefined;
  readonly end: boolean;
}

const inGroup = async (
  { records, clock }: Deps,
  key: RecordKey,
  { username, person, end }: Wanted,
  signal: AbortSignal,
): Promise<GroupPeople> => {
  let found = nobody;
  const isTheir = (name: Username, owner: Person | undefined): boolean =>
    name === username || (person && owner && isSamePerson(owner, person)) === true;
  const isTheirs = (one: Membership) => isTheir(one.username, one.person);
  const isMadeByThem = (one: Invitation) => isTheir(one.createdBy, one.creator);
  const isOpen = (one: Invitation) => one.declinedBy === undefined && !isExpired(one, clock.now());
  await updateRecord(
    records,
    groupPeopleFormat,
    key,
    (present) => {
      const { memberships, invitations } = present ?? nobody;
      found = {
        memberships: memberships.filter(isTheirs),
        invitations: invitations.filter((one) => isMadeByThem(one) && isOpen(one)),
      };
      const isNothing = found.memberships.length + found.invitations.length === 0;
      if (present === undefined || isNothing || !end) return "unchanged";
      return {
        ...present,
        memberships: memberships.filter((one) => !isTheirs(one)),
        invitations: invitations.filter((one) => !isMadeByThem(one)),
      };
    },
    signal,
  );
  return found;
};

/** Which of these groups have no owner but this username, as far as sign-ins tell. Throws StoreDown. */
export const groupsWithoutOwner = async (
  { records, people, clock }: Deps,
  { username, groups }: { readonly username: Username; readonly groups: readonly NormalisedGroupName[] },
  signal: AbortSignal,
): Promise<readonly NormalisedGroupName[]> => {
  const others = (await people.all(signal)).filter((one) => one.username !== username);
  const without: NormalisedGroupName[] = [];
  for (const group of groups) {
    const key = { kind: "memberships", id: String(group) } as RecordKey;
    const stored = await records.read(key, signal);
    const memberships = stored ? parseRecord(groupPeopleFormat, key, stored.value).memberships : [];
    if (!hasOwner(membersOf(group, { memberships, people: others }, clock.now()))) without.push(group);
  }
  return without;
};
