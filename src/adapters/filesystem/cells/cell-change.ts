import { randomBytes } from "node:crypto";
import { link, mkdir, open, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Seconds } from "../../../domain/brand.ts";
import { hasCode } from "../../shared/disk-fault.ts";
import { makeFolder, removeEmptyFolders, syncFolder } from "../../shared/durable-folder.ts";
import { newDraftPath } from "../resources/draft.ts";
import { isMissing } from "../store-failure.ts";
import type { CellRoot, CellValue, Seen, Version } from "./cell.ts";
import { dataPath, found, touch, untilSettled } from "./cell.ts";

/** The changes of a cell, each of which happens as a whole or not at all; cell.ts says why. */

const unique = (bytes: number): string => randomBytes(bytes).toString("hex");
const newToken = (version: Version): string => `t.${version}.${unique(8)}`;

/** Takes away what a change has left without use. The change is done by then; the sweeper gets what stays. */
const discard = async (root: string, seen: Seen): Promise<void> => {
  for (const name of seen.data) {
    // Unlinked where it is, a file that is being read would, on NFS, leave a name that blocks this folder.
    const aside = newDraftPath(root);
    if (await found(rename(join(seen.folder, name), aside))) await rm(aside, { force: true });
  }
};

/**
 * Gives the cell a new value, the draft's content, if it is still as it was seen.
 * @returns The new value's version; undefined: somebody else was first.
 */
export const put = (
  cells: CellRoot,
  seen: Seen,
  draft: string,
  ends?: Seconds,
): Promise<Version | undefined> =>
  seen.value === undefined ? create(cells, seen, draft, ends) : replace(cells, seen, seen.value, draft, ends);

const replace = async (
  cells: CellRoot,
  seen: Seen,
  old: CellValue,
  draft: string,
  ends: Seconds | undefined,
): Promise<Version | undefined> => {
  const { durable } = cells;
  const version = unique(16);
  const data = dataPath(seen.folder, version);
  if (!(await found(link(draft, data)))) return undefined;
  const token = join(seen.folder, newToken(version));
  const ready = !durable || (await found(syncFolder(seen.folder)));
  // The end comes before the rename, so that the new value never has the old one's.
  const touched = ready && (ends === undefined || (await touch(old, ends)));
  // A network disk may do a rename twice when its first answer was lost: the second finds no old name.
  const won = touched && ((await found(rename(old.token, token))) || (await found(stat(token))));
  if (!won) {
    // Not when a step threw: nobody knows then whether the disk has done it. The sweeper will see.
    await rm(data, { force: true });
    return undefined;
  }
  if (durable) await found(syncFolder(seen.folder));
  await discard(cells.root, seen);
  return version;
};

const create = async (
  cells: CellRoot,
  seen: Seen,
  draft: string,
  ends: Seconds | undefined,
): Promise<Version | undefined> => {
  const { root, durable } = cells;
  const version = unique(16);
  const aside = newDraftPath(root);
  try {
    await mkdir(aside, { mode: 0o700 });
    await link(draft, dataPath(aside, version));
    const token = join(aside, newToken(version));
    await (await open(token, "wx", 0o600)).close();
    if (ends !== undefined) await utimes(token, ends, ends);
    if (durable) await syncFolder(aside);
    await discard(cells.root, seen);
    const won = await moveIntoPlace(aside, seen.folder, durable);
    if (won && durable) await found(syncFolder(dirname(seen.folder)));
    return won ? version : undefined;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

/** The folders above may be removed as empty ones between our making them and using them. */
const moveIntoPlace = (aside: string, place: string, durable: boolean): Promise<boolean> =>
  untilSettled(place, async () => {
    await makeFolder(dirname(place), durable);
    try {
      await rename(aside, place);
      return true;
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
      if (isMissing(error)) return "again";
      throw error;
    }
  });

/** Removes the cell's value if it is still as it was seen; false: somebody else was first. */
export const drop = async (cells: CellRoot, seen: Seen): Promise<boolean> => {
  const { root, durable } = cells;
  if (seen.value !== undefined) {
    if (!(await found(unlink(seen.value.token)))) return false;
    if (durable) await found(syncFolder(seen.folder));
  }
  await discard(cells.root, seen);
  await removeEmptyFolders(seen.folder, root);
  return true;
};

/**
 * Removes the data of writers that were killed half way. The token is renewed first, so that a writer that
 * was only slow loses instead of naming data that is gone; the version stays.
 */
export const tidy = async (
  cells: CellRoot,
  seen: Seen,
  isOld: (file: string) => Promise<boolean>,
): Promise<void> => {
  const { value } = seen;
  const spare = seen.data.filter((name) => name !== `d.${value?.version}`);
  for (const name of spare) if (!(await isOld(join(seen.folder, name)))) return;
  if (value === undefined) await drop(cells, seen);
  else if (
    spare.length > 0 &&
    (await found(rename(value.token, join(seen.folder, newToken(value.version)))))
  ) {
    await discard(cells.root, { ...seen, data: spare });
  }
};
