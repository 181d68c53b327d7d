import { StoreDown } from "../../../domain/failure.ts";
import type { NormalisedGroupName } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import type { Rebinding } from "../../../domain/people/rebinding.ts";
import { isChange, rebindingOf, rebindingOfMembership, rebound } from "../../../domain/people/rebinding.ts";
import type { RecordKey } from "../../../domain/records/record.ts";
import type { RecordOutcome, Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import { parseRecord, updateRecord } from "../records/update-record.ts";
import { administratorFormat } from "./administrators.ts";
import { groupPeopleFormat } from "./memberships.ts";
import type { People } from "./people.ts";

interface Deps {
  readonly records: Records;
  readonly people: Pick<People, "all">;
  readonly clock: Clock;
}

export interface RebindOptions {
  /** Of the present provider; whatever is another one's is rebound. */
  readonly issuer: string;
  /** Undefined: all groups, and administrators. */
  readonly group: string | undefined;
  /** Empty: everybody. */
  readonly usernames: readonly string[];
  /** Whether to change anything, or only to tell what would be changed. */
  readonly apply: boolean;
}

/** What belongs to a person of a former provider, and what becomes of it. */
export interface Rebound {
  readonly username: Username;
  /** A role in a group; undefined: being an administrator. */
  readonly membership: { readonly group: NormalisedGroupName; readonly role: Role } | undefined;
  readonly how: Rebinding;
}

interface Known extends RebindOptions {
  readonly people: readonly PersonRecord[];
}

/**
 * After a change of the identity provider: its people get what belonged to those who had the same usernames at the
 * former one. Throws StoreDown, also for a damaged record; what came before it has been done then.
 */
export const rebindMemberships = async (
  d: Deps,
  options: RebindOptions,
  signal: AbortSignal,
): Promise<readonly Rebound[]> => {
  const known = { ...options, people: await d.people.all(signal) };
  const wanted = options.group === undefined ? undefined : normaliseGroupName(options.group);
  const found: Rebound[] = [];
  for await (const id of d.records.list("memberships", "", signal)) {
    if (wanted === undefined || id === String(wanted))
      found.push(...(await rebindGroup(d, { kind: "memberships", id }, known, signal)));
  }
  if (wanted !== undefined) return found;
  for await (const id of d.records.list("administrators", "", signal)) {
    found.push(...(await rebindAdministrator(d, { kind: "administrators", id }, known, signal)));
  }
  return found;
};

const isWanted = ({ usernames }: RebindOptions, username: Username): boolean =>
  usernames.length === 0 || usernames.includes(username);

const rebindGroup = async (
  { records, clock }: Deps,
  key: RecordKey,
  known: Known,
  signal: AbortSignal,
): Promise<readonly Rebound[]> => {
  const group = String(key.id) as NormalisedGroupName;
  let found: Rebound[] = [];
  const change = (present: GroupPeople | undefined): GroupPeople | "unchanged" => {
    found = [];
    if (present === undefined) return "unchanged";
    const now = clock.now();
    const memberships = present.memberships.map((one) => {
      const { username, role } = one;
      const how = isWanted(known, username)
        ? rebindingOfMembership(one, known.people, known.issuer, now)
        : undefined;
      if (how === undefined) return one;
      found.push({ username, membership: { group, role }, how });
      return rebound(one, how, now);
    });
    const isChanged = known.apply && found.some(({ how }) => isChange(how));
    return isChanged ? { ...present, memberships } : "unchanged";
  };
  await updateRecord(records, groupPeopleFormat, key, change, signal);
  return found;
};

const rebindAdministrator = async (
  { records, clock }: Deps,
  key: RecordKey,
  known: Known,
  signal: AbortSignal,
): Promise<readonly Rebound[]> => {
  const username = String(key.id) as Username;
  const stored = isWanted(known, username) ? await records.read(key, signal) : undefined;
  if (!stored) return [];
  const { person } = parseRecord(administratorFormat, key, stored.value);
  const how = rebindingOf({ username, person }, known.people, known.issuer);
  if (how === undefined) return [];
  let outcome: RecordOutcome = "done";
  if (known.apply && how.kind === "bind") {
    const value = administratorFormat.serialise({ person: how.person, boundAt: clock.now() });
    outcome = await records.write(key, value, stored.version, signal);
  }
  // Whoever comes first by a username in `ADMINISTRATORS` that has no record is bound to it.
  if (known.apply && how.kind === "wait") outcome = await records.remove(key, stored.version, signal);
  if (outcome === "conflict")
    throw new StoreDown({ cause: new Error(`${key.id} was bound by somebody else meanwhile`) });
  return [{ username, membership: undefined, how }];
};
