import { Conflict, NotFound, StoreDown } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { MadeGroup } from "../../../domain/groups/made-group.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { membersOf } from "../../../domain/people/member.ts";
import { membershipState } from "../../../domain/people/membership.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import type { RecordKey } from "../../../domain/records/record.ts";
import { parseRecordId } from "../../../domain/records/record.ts";
import type { KeyPrefix } from "../../../domain/resources/object-key.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { Audit } from "../../../ports/driven/system/audit.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { AdministeredGroup, GroupContents } from "../../../ports/driving/group-administration.ts";
import type { AccessRequestRecords } from "../access-requests/access-request-records.ts";
import type { GroupCatalogue } from "../groups/group-catalogue.ts";
import { compareNames, madeGroupFormat } from "../groups/group-catalogue.ts";
import type { Listings } from "../groups/listings.ts";
import type { Memberships } from "../people/memberships.ts";
import type { People } from "../people/people.ts";
import { parseRecord, updateRecord } from "../records/update-record.ts";

export interface AdministrationParts {
  /** The groups of the data file. */
  readonly file: RoleGroupCatalogue;
  readonly catalogue: GroupCatalogue;
  readonly records: Records;
  readonly store: ResourceStore;
  readonly listings: Listings;
  readonly memberships: Memberships;
  readonly requests: AccessRequestRecords;
  /** Whether memberships count; otherwise all roles come from the identity provider. */
  readonly areRolesKeptHere: boolean;
  readonly people: People;
  readonly audit: Audit;
  readonly clock: Clock;
}

export const recordKey = (name: string): RecordKey => {
  const id = parseRecordId(normaliseGroupName(name));
  if (id === undefined) throw noSuchGroup();
  return { kind: "groups", id };
};

/** What begins the keys of all that a group has. */
export const objectsPrefix = ({ name }: Group) => `${name}/` as KeyPrefix;

const noSuchGroup = () => new NotFound("There is no group of this name.");

/** What the records say now. Undefined: no group of this name was made here. */
export const readMade = async (
  { records }: Pick<AdministrationParts, "records">,
  name: string,
  signal: AbortSignal,
): Promise<MadeGroup | undefined> => {
  const key = recordKey(name);
  const stored = await records.read(key, signal);
  return stored && parseRecord(madeGroupFormat, key, stored.value);
};

/** A group that was made here. Throws NotFound, and Conflict for one of the data file. */
export const requireMade = async (
  d: Pick<AdministrationParts, "file" | "records">,
  name: string,
  signal: AbortSignal,
): Promise<MadeGroup> => {
  const inFile = d.file.find(name);
  if (inFile) {
    throw new Conflict(
      `The group ${inFile.name} is one of the data file (GROUPS_DATA_FILE), and is changed there, by whoever runs the server.`,
    );
  }
  return (await readMade(d, name, signal)) ?? raise(noSuchGroup());
};

const raise = (error: Error): never => {
  throw error;
};

/** Changes a group that was made here. Throws as {@link requireMade} does, and Conflict while it is being deleted. */
export const changeMade = async (
  d: Pick<AdministrationParts, "file" | "records" | "catalogue">,
  name: string,
  change: (group: MadeGroup) => MadeGroup | "unchanged",
  signal: AbortSignal,
): Promise<MadeGroup> => {
  const group = await requireMade(d, name, signal);
  try {
    await updateRecord(
      d.records,
      madeGroupFormat,
      recordKey(name),
      (stored) => change(stored ?? raise(noSuchGroup())),
      signal,
    );
    return group;
  } finally {
    // After a failure too: a write whose answer was lost may have been applied.
    d.catalogue.invalidate();
  }
};

export const refuseWhileDeleted = ({ name, isBeingDeleted }: MadeGroup): void => {
  if (isBeingDeleted)
    throw new Conflict(`The group ${name} is being deleted. Delete it again to finish that.`);
};

interface Owners {
  readonly owners: readonly Username[];
  readonly pendingOwners: readonly Username[];
}

/** Whoever owns a group by a membership or by the provider, as far as they have signed in. */
export const ownersOf = (
  { clock, areRolesKeptHere }: Pick<AdministrationParts, "clock" | "areRolesKeptHere">,
  group: Group,
  kept: GroupPeople,
  people: readonly PersonRecord[],
): Owners => {
  const memberships = areRolesKeptHere ? kept.memberships : [];
  const members = membersOf(normaliseGroupName(group.name), { memberships, people }, clock.now());
  return {
    owners: members.filter(({ roles }) => roles.includes("owners")).map(({ username }) => username),
    pendingOwners: memberships
      .filter((one) => one.role === "owners" && membershipState(one, clock.now()) === "pending")
      .map(({ username }) => username),
  };
};

/** Groups that are looked at in parallel. */
const batchSize = 8;

export const listGroups = async (
  d: AdministrationParts,
  signal: AbortSignal,
): Promise<readonly AdministeredGroup[]> => {
  const ids = await Array.fromAsync(d.records.list("groups", "", signal));
  const inFile = d.file.all();
  const names = [
    ...inFile.map(({ name }) => name),
    ...ids.toSorted(compareNames).filter((id) => !d.file.find(id)),
  ];
  const people = await d.people.all(signal);
  const all: (AdministeredGroup | undefined)[] = [];
  for (let start = 0; start < names.length; start += batchSize) {
    const batch = names.slice(start, start + batchSize);
    all.push(...(await Promise.all(batch.map((name) => describeGroup(d, name, people, signal)))));
  }
  return all.filter((group) => group !== undefined);
};

export const findGroup = async (
  d: AdministrationParts,
  name: string,
  signal: AbortSignal,
): Promise<AdministeredGroup> =>
  (await describeGroup(d, name, await d.people.all(signal), signal)) ?? raise(noSuchGroup());

/** Undefined: there is none. */
const describeGroup = async (
  d: AdministrationParts,
  name: string,
  people: readonly PersonRecord[],
  signal: AbortSignal,
): Promise<AdministeredGroup | undefined> => {
  const inFile = d.file.find(name);
  const made = inFile ? undefined : await readMade(d, name, signal);
  const group = inFile ?? made;
  if (!group) return undefined;
  const [kept, contents] = await Promise.all([
    d.memberships.read(group, signal),
    contentsOf(d, group, signal).catch(undefinedIfDown),
  ]);
  return {
    name: group.name,
    isPublic: group.isPublic,
    isArchived: group.isArchived ?? false,
    isMadeHere: made !== undefined,
    isBeingDeleted: made?.isBeingDeleted ?? false,
    ...ownersOf(d, group, kept, people),
    contents,
  };
};

const contentsOf = async (
  { listings, store }: AdministrationParts,
  group: Group,
  signal: AbortSignal,
): Promise<GroupContents> => {
  const [{ datasets, narratives }, { bytes }] = await Promise.all([
    listings.of(group.name, signal),
    store.usage(objectsPrefix(group), signal),
  ]);
  return { datasets: datasets.length, narratives: narratives.length, bytes };
};

const undefinedIfDown = (error: unknown): undefined => {
  if (!(error instanceof StoreDown)) throw error;
};
