import { NotConfigured, StoreDown } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName, parseGroupName } from "../../../domain/groups/group.ts";
import type { MadeGroup } from "../../../domain/groups/made-group.ts";
import { groupOf, parseMadeGroup, serialiseMadeGroup } from "../../../domain/groups/made-group.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Snapshot } from "../records/record-snapshot.ts";
import { recordSnapshot } from "../records/record-snapshot.ts";
import type { RecordFormat } from "../records/update-record.ts";

interface Deps {
  /** The groups of the data file. */
  readonly file: RoleGroupCatalogue;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
}

/** The groups of the data file and those made here, of which a copy is used for at most 5 seconds. */
export interface GroupCatalogue extends RoleGroupCatalogue {
  /**
   * Makes the copy fresh for a request; undefined: it is. After an outage the records are read in the background, so
   * that what does not need them goes on. Never throws StoreDown.
   */
  refresh(): Promise<void> | undefined;
  /** Makes the next request read the records anew, after a change by this instance. */
  invalidate(): void;
  /** At the start. Throws NotConfigured if a group made here is in the data file, too. */
  check(): Promise<void>;
}

export const madeGroupFormat: RecordFormat<MadeGroup> = {
  parse: parseMadeGroup,
  serialise: serialiseMadeGroup,
};

type Known = Snapshot<MadeGroup> | StoreDown | undefined;

export const groupCatalogue = (d: Deps): GroupCatalogue => {
  const { file, log } = d;
  const copies = recordSnapshot({ ...d, kind: "groups", format: madeGroupFormat });
  let known: Known;
  let reading: Promise<void> | undefined;
  const index = memoize((snapshot: Snapshot<MadeGroup>) => indexOf(snapshot, file));
  const learn = (snapshot: Snapshot<MadeGroup>): void => {
    if (known !== snapshot) reportTwice(log, index(snapshot).twice);
    known = snapshot;
  };
  const miss = (error: unknown): void => {
    if (!(known instanceof StoreDown)) {
      log.write({ event: "background", what: "reading the groups made here", cause: error });
    }
    known = error instanceof StoreDown ? error : new StoreDown({ cause: error });
  };
  const read = (): Promise<void> | undefined => {
    if (reading) return reading;
    const current = copies.current();
    if (!(current instanceof Promise)) return void learn(current);
    const begun = current.then(learn, miss).finally(() => {
      if (reading === begun) reading = undefined;
    });
    reading = begun;
    return begun;
  };
  return {
    all: () => (known && !(known instanceof StoreDown) ? index(known).all : file.all()),
    find: (name) =>
      file.find(name) ??
      findMade(name, known, (snapshot) => index(snapshot).byName.get(normaliseGroupName(name))),
    doubt: () => (known instanceof StoreDown ? known : known?.unknown.values().next().value),
    refresh: () => {
      const wasDown = known instanceof StoreDown;
      const pending = read();
      return wasDown ? undefined : pending;
    },
    invalidate: () => {
      copies.invalidate();
      // What is being read may lack the change.
      reading = undefined;
    },
    check: async () => {
      await read();
      if (!known || known instanceof StoreDown) return;
      const [name] = index(known).twice;
      if (name === undefined) return;
      throw new NotConfigured(
        `GROUPS_DATA_FILE: the group ${name} was made on this server's pages, too. Take it out of the file, or remove its record (groups/${normaliseGroupName(name)}).`,
      );
    },
  };
};

/** People expect lab-2 before lab-10. */
export const compareNames = new Intl.Collator("en", { numeric: true }).compare;

const indexOf = ({ byId }: Snapshot<MadeGroup>, file: RoleGroupCatalogue) => {
  const records = byId
    .entries()
    .toArray()
    .sort(([one], [other]) => compareNames(one, other))
    .map(([, record]) => record);
  const isInFile = ({ name }: Group) => file.find(name) !== undefined;
  const made = records.filter((one) => !one.isBeingDeleted && !isInFile(one)).map(groupOf);
  return {
    all: [...file.all(), ...made],
    byName: new Map(made.map((group) => [normaliseGroupName(group.name), group])),
    twice: records.filter(isInFile).map(({ name }) => name),
  };
};

/** An unknown name gets the same answer as a group that is not known now. */
const findMade = (
  name: string,
  known: Known,
  lookUp: (snapshot: Snapshot<MadeGroup>) => Group | undefined,
): Group | undefined => {
  if (parseGroupName(normaliseGroupName(name)) === undefined) return undefined;
  if (known === undefined)
    throw new StoreDown({ cause: new Error("the groups made here were not read yet") });
  if (known instanceof StoreDown) throw known;
  const found = lookUp(known);
  const [damaged] = found ? [] : known.unknown.values();
  if (damaged) throw damaged;
  return found;
};

const reportTwice = (log: Log, names: readonly string[]): void => {
  if (names.length > 0) log.write({ event: "groups-twice", groups: names.slice(0, 20) });
};
