import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { link, mkdir, open, readdir, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import { newDraftPath } from "./draft.ts";
import { makeFolder, removeEmptyFolders, syncFolder } from "./durable-folder.ts";
import { hasCode, isMissing } from "./store-failure.ts";

/**
 * A cell holds one value, and changes it only if it still is what the writer has seen: compare and set on a
 * plain folder, for several processes at once, without locks, at any moment safe from `kill -9`.
 *
 * A cell is a folder with two files: the data `d.<version>`, and an empty token `t.<version>.<mark>`. The
 * token says which data is the value; no token: no value. Version and mark are random and never come back.
 * - Replace: link the new data into the folder, then rename the token. rename(2) needs the old name, so of
 *   several writers one wins and the others get ENOENT. A writer who comes late, be it by days, finds its
 *   token gone for good. (Numbered generations, each made by link(2), would not do: when old ones are
 *   cleaned up, a late writer can take a number that had been taken before.)
 * - Create: a whole folder is made aside and renamed to its place, which the system refuses unless that place
 *   is free or an empty folder. So one creator wins.
 * - Drop: unlink the token. One wins. Then the data and the empty folder are removed.
 * - Clean up: data that was seen together with a token belongs to that token or to a writer who counts on
 *   that token or an older one. Once we have replaced or removed the token, all these are lost, and unlinking
 *   exactly them is safe.
 * - Read: list, open the data that the token names; when it is gone, somebody was faster: list again. Whoever
 *   has opened the data keeps it whole.
 * Listing a folder while a token is renamed could, on some network disks, show neither name. Hence only two
 * equal listings count as "no token": each change between them would show other data.
 *
 * The token's modification time is free for the user of the cell: here it is the time when the value ends,
 * which can be put off without writing anything.
 */

/** Changes with each new value, and never comes back. */
export type Version = string;

export interface CellValue {
  readonly version: Version;
  readonly token: string;
}

/** What was in a cell at one moment. */
export interface Seen {
  readonly folder: string;
  readonly value: CellValue | undefined;
  /** The data files, those of unfinished or broken-off writes among them. */
  readonly data: readonly string[];
}

export interface CellRoot {
  readonly root: string;
  /** Whether a change that was reported as done has to outlast a power cut. */
  readonly durable: boolean;
}

/** Far above what racing writers bring about; reached only when files are missing. */
const maxAttempts = 100;

const tokenForm = /^t\.([0-9a-f]{32})\.[0-9a-f]{16}$/;
const dataForm = /^d\.[0-9a-f]{32}$/;

const unique = (bytes: number): string => randomBytes(bytes).toString("hex");
const newToken = (version: Version): string => `t.${version}.${unique(8)}`;
const dataPath = (folder: string, version: Version): string => join(folder, `d.${version}`);

/** Whether the step could be done; false when a name that it needs is gone. */
const found = async (step: Promise<unknown>): Promise<boolean> => {
  try {
    await step;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/** Repeats until there is an answer, a little later each time. */
export const untilSettled = async <T>(folder: string, attempt: () => Promise<T | "again">): Promise<T> => {
  for (let tries = 0; tries < maxAttempts; tries++) {
    const answer = await attempt();
    if (answer !== "again") return answer;
    if (tries > 1) await delay(Math.random() * Math.min(tries, 20));
  }
  throw new StoreDown({ cause: new Error(`The files in ${folder} do not belong together.`) });
};

export const look = (folder: string): Promise<Seen> => {
  let before: string | undefined;
  return untilSettled(folder, async () => {
    const names = await namesIn(folder);
    const tokens = names.filter((name) => tokenForm.test(name));
    const data = names.filter((name) => dataForm.test(name));
    const [token] = tokens;
    if (token !== undefined && tokens.length === 1) {
      return {
        folder,
        value: { version: tokenForm.exec(token)?.[1] ?? "", token: join(folder, token) },
        data,
      };
    }
    const listing = names.join();
    if (names.length > 0 && listing !== before) {
      before = listing;
      return "again";
    }
    return tokens.length === 0 ? { folder, value: undefined, data } : "again";
  });
};

/**
 * Looks and opens the value's data; undefined: there is none.
 * @param isOver Tells from the token's time that the value does not count any more.
 */
export const openValue = (
  folder: string,
  isOver?: (ends: Seconds) => boolean,
): Promise<{ readonly value: CellValue; readonly file: FileHandle } | undefined> =>
  untilSettled(folder, async () => {
    const { value } = await look(folder);
    if (value === undefined) return undefined;
    try {
      if (isOver?.(await endOf(value))) return undefined;
      return { value, file: await open(dataPath(folder, value.version), "r") };
    } catch (error) {
      if (isMissing(error)) return "again";
      throw error;
    }
  });

/** The token's time. Throws ENOENT when the value is not the cell's any more. */
export const endOf = async (value: CellValue): Promise<Seconds> => (await stat(value.token)).mtimeMs / 1000;

/** Puts the value's end off; false: it is not the cell's value any more. */
export const touch = (value: CellValue, ends: Seconds): Promise<boolean> =>
  found(utimes(value.token, ends, ends));

/** Takes away what a change has left without use. The change is done by then; the sweeper gets what stays. */
const discard = async (seen: Seen): Promise<void> => {
  for (const name of seen.data) await rm(join(seen.folder, name), { force: true });
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
  { durable }: CellRoot,
  seen: Seen,
  old: CellValue,
  draft: string,
  ends: Seconds | undefined,
): Promise<Version | undefined> => {
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
  await discard(seen);
  return version;
};

const create = async (
  { root, durable }: CellRoot,
  seen: Seen,
  draft: string,
  ends: Seconds | undefined,
): Promise<Version | undefined> => {
  const version = unique(16);
  const aside = newDraftPath(root);
  try {
    await mkdir(aside, { mode: 0o700 });
    await link(draft, dataPath(aside, version));
    const token = join(aside, newToken(version));
    await (await open(token, "wx", 0o600)).close();
    if (ends !== undefined) await utimes(token, ends, ends);
    if (durable) await syncFolder(aside);
    await discard(seen);
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
export const drop = async ({ root, durable }: CellRoot, seen: Seen): Promise<boolean> => {
  if (seen.value !== undefined) {
    if (!(await found(unlink(seen.value.token)))) return false;
    if (durable) await found(syncFolder(seen.folder));
  }
  await discard(seen);
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
    await discard({ ...seen, data: spare });
  }
};
