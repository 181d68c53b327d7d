import type { FileHandle } from "node:fs/promises";
import { open, readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import { retryOnConflict } from "../../shared/retry-on-conflict.ts";
import { isMissing } from "../store-failure.ts";

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

/** Far longer than racing writers take; reached only when files are missing. */
const retryLimits = { timeoutMs: 3000, pauseMs: 1, factor: 1.1, immediately: 2 };

const tokenForm = /^t\.([0-9a-f]{32})\.[0-9a-f]{16}$/;
const dataForm = /^d\.[0-9a-f]{32}$/;

export const dataPath = (folder: string, version: Version): string => join(folder, `d.${version}`);

/** Whether a step could be done; false when a name that it needs is gone. */
export const found = async (step: Promise<unknown>): Promise<boolean> => {
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
export const untilSettled = <T>(folder: string, attempt: () => Promise<T | "again">): Promise<T> =>
  retryOnConflict(attempt, retryLimits, () => {
    throw new StoreDown({ cause: new Error(`The files in ${folder} do not belong together.`) });
  });

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
