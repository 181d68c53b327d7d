import { Conflict, StoreDown } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { MadeGroup } from "../../../domain/groups/made-group.ts";
import type { RecordVersion } from "../../../domain/records/record.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import { madeGroupFormat } from "../groups/group-catalogue.ts";
import { parseRecord } from "../records/update-record.ts";
import type { AdministrationParts } from "./administered-groups.ts";
import { changeMade, objectsPrefix, recordKey, requireMade } from "./administered-groups.ts";

/**
 * Removes a group in an order that can be interrupted anywhere and begun again: first it is no group any more, its
 * record is the last to go, and until then nobody can make one of its name.
 */
export const removeGroup = async (
  d: AdministrationParts,
  name: string,
  withData: boolean,
  signal: AbortSignal,
): Promise<Group> => {
  const group = await requireMade(d, name, signal);
  if (!withData) await refuseWithData(d, group, signal);
  await mark(d, name, true, signal);
  if (!withData) {
    // What was uploaded meanwhile.
    await refuseWithData(d, group, signal).catch(async (error: unknown) => {
      await mark(d, name, false, signal);
      throw error;
    });
  }
  await removeObjects(d, group, signal);
  if (await versionToDelete(d, group, signal)) {
    await d.memberships.remove(group, signal);
    await d.requests.remove(group, signal);
  }
  const version = await versionToDelete(d, group, signal);
  try {
    if (version) await d.records.remove(recordKey(name), version, signal);
  } finally {
    d.catalogue.invalidate();
  }
  return group;
};

/**
 * The record's version, as long as it is this group's that is being deleted. Somebody else may have finished that, and
 * made another group of the name.
 */
const versionToDelete = async (
  { records }: AdministrationParts,
  group: MadeGroup,
  signal: AbortSignal,
): Promise<RecordVersion | undefined> => {
  const key = recordKey(group.name);
  const stored = await records.read(key, signal);
  if (!stored) return undefined;
  const present = parseRecord(madeGroupFormat, key, stored.value);
  return present.isBeingDeleted && present.madeAt === group.madeAt ? stored.version : undefined;
};

const mark = (d: AdministrationParts, name: string, isBeingDeleted: boolean, signal: AbortSignal) =>
  changeMade(
    d,
    name,
    (group) => (group.isBeingDeleted === isBeingDeleted ? "unchanged" : { ...group, isBeingDeleted }),
    signal,
  );

const refuseWithData = async ({ store }: AdministrationParts, group: Group, signal: AbortSignal) => {
  for await (const _ of store.list(objectsPrefix(group), signal)) {
    throw new Conflict(
      `The group ${group.name} has data (datasets, narratives, a logo or an overview). Delete it with its data (?withData), or remove them first.`,
    );
  }
};

/** Objects that are removed at once. */
const batchSize = 8;

/** An upload that began before may end while its group is removed. */
const maxPasses = 3;

const removeObjects = async (
  d: AdministrationParts,
  group: MadeGroup,
  signal: AbortSignal,
): Promise<void> => {
  for (let pass = 0; pass < maxPasses; pass++) {
    if (!(await versionToDelete(d, group, signal))) return;
    if ((await removePass(d, group, signal)) === 0) return;
  }
  throw new StoreDown({ cause: new Error(`somebody goes on writing below ${objectsPrefix(group)}`) });
};

/** Removes what is there now. @returns How many objects that were. */
const removePass = async (
  { store, listings }: AdministrationParts,
  group: Group,
  signal: AbortSignal,
): Promise<number> => {
  const prefix = objectsPrefix(group);
  const remove = (names: readonly string[]) =>
    Promise.all(names.map((name) => store.remove(`${prefix}${name}` as ObjectKey, { kind: "none" }, signal)));
  let count = 0;
  let batch: string[] = [];
  try {
    for await (const name of store.list(prefix, signal)) {
      batch.push(name);
      count += 1;
      if (batch.length < batchSize) continue;
      await remove(batch);
      batch = [];
    }
    await remove(batch);
    return count;
  } finally {
    listings.invalidate(group.name);
  }
};
