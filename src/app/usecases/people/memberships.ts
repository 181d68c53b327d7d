import { StoreDown } from "../../../domain/failure.ts";
import type { Group, NormalisedGroupName } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { Person } from "../../../domain/identity/person.ts";
import { personKey } from "../../../domain/identity/person.ts";
import type { UnknownRoles, User, Username } from "../../../domain/identity/user.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { nobody, parseGroupPeople, serialiseGroupPeople } from "../../../domain/people/group-people.ts";
import { bindTo, isAwaited, rolesOf } from "../../../domain/people/membership.ts";
import type { RecordId, RecordKey } from "../../../domain/records/record.ts";
import { parseRecordId } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { IdentifyCaller } from "../../../ports/driving/identify-caller.ts";
import type { Snapshot } from "../records/record-snapshot.ts";
import { recordSnapshot } from "../records/record-snapshot.ts";
import { parseRecord, updateRecord } from "../records/update-record.ts";

interface Deps {
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
}

/** The memberships that owners keep here, which are the truth in the records and are cached for 5 seconds. */
export interface Memberships {
  /**
   * The user with the roles that they have been given here. Those that wait for somebody of this username are bound to
   * the person first. What cannot be read is in the user's `unknownRoles`.
   */
  addTo(user: User): User | Promise<User>;
  /** Of all groups, at most 5 seconds old, by the normalised name. Throws StoreDown. */
  all(): Promise<ReadonlyMap<NormalisedGroupName, GroupPeople>>;
  /** What the records say now. Throws StoreDown. */
  read(group: Group, signal: AbortSignal): Promise<GroupPeople>;
  /** Changes them by compare-and-set; see {@link updateRecord}. It takes effect here at once. */
  update(
    group: Group,
    change: (present: GroupPeople) => GroupPeople | "unchanged" | Promise<GroupPeople | "unchanged">,
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes all that is kept of a group's people. Throws StoreDown. */
  remove(group: Group, signal: AbortSignal): Promise<void>;
}

/** The records of kind `memberships`. */
export const groupPeopleFormat = { parse: parseGroupPeople, serialise: serialiseGroupPeople };

const keyOf = (group: NormalisedGroupName): RecordKey => {
  const id = parseRecordId(group);
  if (id === undefined) throw new Error(`the group ${group} can have no record`);
  return { kind: "memberships", id };
};

const nameOf = (id: RecordId) => id as string as NormalisedGroupName;

/** Which groups have anything for whom, so that most requests look at few of them. */
const index = memoize(({ byId }: Snapshot<GroupPeople>) => {
  const byPerson = new Map<string, Set<RecordId>>();
  const byUsername = new Map<Username, Set<RecordId>>();
  const add = <K>(map: Map<K, Set<RecordId>>, key: K, id: RecordId) =>
    map.set(key, (map.get(key) ?? new Set()).add(id));
  for (const [id, { memberships }] of byId) {
    for (const { person, username } of memberships) {
      if (person) add(byPerson, personKey(person), id);
      else add(byUsername, username, id);
    }
  }
  return { byPerson, byUsername };
});

const none: ReadonlySet<RecordId> = new Set();

/** Whether there is anything in these memberships for this user, or may be; there is nothing in most requests. */
const concerns = (snapshot: Snapshot<GroupPeople>, { username, person }: User): boolean => {
  const { byPerson, byUsername } = index(snapshot);
  return snapshot.unknown.size > 0 || byUsername.has(username) || byPerson.has(personKey(person));
};

export const memberships = (d: Deps): Memberships => {
  const copies = recordSnapshot({ ...d, kind: "memberships", format: groupPeopleFormat });
  const update = async (
    group: NormalisedGroupName,
    change: Parameters<Memberships["update"]>[1],
    signal: AbortSignal,
  ) => {
    try {
      await updateRecord(
        d.records,
        groupPeopleFormat,
        keyOf(group),
        (stored) => change(stored ?? nobody),
        signal,
      );
    } finally {
      // After a failure too: a write whose answer was lost may have been applied.
      copies.invalidate();
    }
  };
  return {
    all: async () => {
      const { byId } = await copies.current();
      return new Map(Array.from(byId, ([id, found]) => [nameOf(id), found]));
    },
    addTo: (user) => {
      const snapshot = copies.current();
      const isKnown = !(snapshot instanceof Promise) && !concerns(snapshot, user);
      return isKnown ? user : addRoles({ ...d, copies, update }, user);
    },
    read: async ({ name }, signal) => {
      const key = keyOf(normaliseGroupName(name));
      const stored = await d.records.read(key, signal);
      return stored ? parseRecord(groupPeopleFormat, key, stored.value) : nobody;
    },
    update: ({ name }, change, signal) => update(normaliseGroupName(name), change, signal),
    remove: async ({ name }, signal) => {
      try {
        await d.records.remove(keyOf(normaliseGroupName(name)), "any", signal);
      } finally {
        copies.invalidate();
      }
    },
  };
};

interface Parts extends Deps {
  readonly copies: { current(): Snapshot<GroupPeople> | Promise<Snapshot<GroupPeople>> };
  update(
    group: NormalisedGroupName,
    change: (present: GroupPeople) => GroupPeople | "unchanged",
    signal: AbortSignal,
  ): Promise<void>;
}

const addRoles = async (d: Parts, user: User): Promise<User> => {
  try {
    const first = await d.copies.current();
    const failed = await bindAwaited(d, first, user);
    const snapshot = failed === undefined ? first : await d.copies.current();
    return withRoles(d, snapshot, user, failed ?? []);
  } catch (error) {
    if (!(error instanceof StoreDown)) throw error;
    return { ...user, unknownRoles: { groups: "all", cause: error } };
  }
};

type Failed = readonly [RecordId, StoreDown];

/** Binds what waits for this username. Undefined: there was nothing; else in which groups it failed. */
const bindAwaited = async (
  d: Parts,
  snapshot: Snapshot<GroupPeople>,
  { username, person }: User,
): Promise<readonly Failed[] | undefined> => {
  const ids = [...(index(snapshot).byUsername.get(username) ?? none)].filter((id) =>
    isAwaited(username, snapshot.byId.get(id)?.memberships ?? [], d.clock.now()),
  );
  if (ids.length === 0) return undefined;
  const failures = await Promise.all(ids.map((id) => bindIn(d, id, username, person)));
  return failures.filter((failure) => failure !== undefined);
};

const bindIn = async (
  d: Parts,
  id: RecordId,
  username: Username,
  person: Person,
): Promise<Failed | undefined> => {
  const { signal } = new AbortController();
  // Somebody else of the username may have come first.
  let isBound = false;
  try {
    await d.update(
      nameOf(id),
      ({ memberships: all, ...rest }) => {
        const now = d.clock.now();
        isBound = isAwaited(username, all, now);
        return isBound ? { ...rest, memberships: bindTo(username, person, all, now) } : "unchanged";
      },
      signal,
    );
    if (isBound) d.log.write({ event: "membership-bound", group: id, username, subject: person.subject });
    return undefined;
  } catch (error) {
    if (error instanceof StoreDown) return [id, error];
    throw error;
  }
};

const withRoles = (
  { clock }: Parts,
  snapshot: Snapshot<GroupPeople>,
  user: User,
  failed: readonly Failed[],
): User => {
  const now = clock.now();
  const ids = index(snapshot).byPerson.get(personKey(user.person)) ?? none;
  const given = [...ids].flatMap((id) =>
    [...rolesOf(user.person, snapshot.byId.get(id)?.memberships ?? [], now)].map((role) => `${id}/${role}`),
  );
  const unknown = new Map([...snapshot.unknown, ...failed]);
  if (given.length === 0 && unknown.size === 0) return user;
  return {
    ...user,
    authzRoles: new Set([...user.authzRoles, ...given]),
    givenRoles: new Set(given.filter((name) => !user.authzRoles.has(name))),
    ...(unknown.size === 0 ? {} : { unknownRoles: unknownIn(unknown) }),
  };
};

const unknownIn = (unknown: ReadonlyMap<RecordId, StoreDown>): UnknownRoles => {
  const [cause = new StoreDown()] = unknown.values();
  return { groups: new Set([...unknown.keys()].map(nameOf)), cause };
};

/** Identifies callers with the roles that they have been given here. Undefined memberships: none are kept here. */
export const withMemberships = (
  identify: IdentifyCaller,
  kept: Pick<Memberships, "addTo"> | undefined,
): IdentifyCaller =>
  kept === undefined
    ? identify
    : async (credentials) => {
        const caller = await identify(credentials);
        if (caller.kind !== "user") return caller;
        const added = kept.addTo(caller.user);
        const user = added instanceof Promise ? await added : added;
        return user === caller.user ? caller : { kind: "user", user };
      };
