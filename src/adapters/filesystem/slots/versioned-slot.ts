import type { FileHandle } from "node:fs/promises";
import { open, readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import { retryOnConflict } from "../../shared/retry-on-conflict.ts";
import { falseIfMissing, isMissing, undefinedIfMissing } from "../store-failure.ts";

/**
 * A versioned slot stores one value and changes it by compare-and-set: optimistic concurrency for several processes on
 * one folder, without locks, and safe from `kill -9` at any moment.
 *
 * A slot is a folder with two files: the data `d.<version>`, and an empty pointer `t.<version>.<nonce>`, which says
 * which data is current. Without a pointer there is no value. Version and nonce are random and never reused.
 * - Replace: link(2) the new data into the folder, then rename(2) the pointer. The rename needs the old pointer's name,
 *   so one of several writers succeeds and the others get ENOENT, however late they are. (Numbered generations, each
 *   made by link(2), would not do: once old ones are removed, a late writer could take a number for the second time.)
 * - Create: prepare a whole folder elsewhere and rename(2) it into place, which fails unless that place is free or an
 *   empty folder. So one creator succeeds.
 * - Delete: unlink(2) the pointer, which succeeds once. Then remove the data and the empty folder.
 * - Clean up: data listed together with a pointer belongs to that pointer, or to a writer who expects it or an older
 *   one. Once the pointer has been replaced or deleted, those writers fail, and exactly these files can be removed.
 * - Read: list the folder and open the data that the pointer names. If it is gone, a writer was faster: list again. An
 *   open file stays readable after it has been unlinked.
 * Some network file systems may list neither name while a pointer is renamed. Therefore "no pointer" takes two equal
 * listings: any change in between would show other data files.
 *
 * The pointer's modification time is the value's expiry, which can so be extended without writing data.
 */

/** Identifies a value; random, and never reused. */
export type Version = string;

export interface SlotValue {
  readonly version: Version;
  /** The path of the pointer file. */
  readonly pointer: string;
}

/** A slot's content at one moment. */
export interface SlotSnapshot {
  readonly folder: string;
  readonly value: SlotValue | undefined;
  /** The names of all data files, including those of unfinished and interrupted writes. */
  readonly data: readonly string[];
}

/** A tree of slots. */
export interface SlotRoot {
  readonly root: string;
  /** Whether a completed change has to survive a power failure. */
  readonly durable: boolean;
}

/** Conflicts end much sooner; the timeout is reached only when files are missing. */
const retryLimits = { timeoutMs: 3000, pauseMs: 1, factor: 1.1, immediately: 2 };

const pointerForm = /^t\.([0-9a-f]{32})\.[0-9a-f]{16}$/;
const dataForm = /^d\.[0-9a-f]{32}$/;

export const dataPath = (folder: string, version: Version): string => join(folder, `d.${version}`);

const sortedNames = async (folder: string): Promise<string[]> =>
  ((await undefinedIfMissing(readdir(folder))) ?? []).sort();

/** Repeats an attempt at a slot until it does not answer "conflict". Throws StoreDown when that takes too long. */
export const retryOnSlotConflict = <T>(folder: string, attempt: () => Promise<T | "conflict">): Promise<T> =>
  retryOnConflict(attempt, retryLimits, () => {
    throw new StoreDown({ cause: new Error(`The files in ${folder} do not belong together.`) });
  });

export const readSlot = (folder: string): Promise<SlotSnapshot> => {
  let previousListing: string | undefined;
  return retryOnSlotConflict(folder, async () => {
    const names = await sortedNames(folder);
    const pointers = names.filter((name) => pointerForm.test(name));
    const data = names.filter((name) => dataForm.test(name));
    const [pointer] = pointers;
    if (pointer !== undefined && pointers.length === 1) {
      const version = pointerForm.exec(pointer)?.[1] ?? "";
      return { folder, value: { version, pointer: join(folder, pointer) }, data };
    }
    const listing = names.join();
    if (names.length > 0 && listing !== previousListing) {
      previousListing = listing;
      return "conflict";
    }
    return pointers.length === 0 ? { folder, value: undefined, data } : "conflict";
  });
};

/**
 * Opens the data of a slot's current value. Undefined: there is no value, or it has expired.
 * @param isExpired Whether a value with this expiry has expired; if absent, values do not expire.
 */
export const openValue = (
  folder: string,
  isExpired?: (expiresAt: Seconds) => boolean,
): Promise<{ readonly value: SlotValue; readonly file: FileHandle } | undefined> =>
  retryOnSlotConflict(folder, async () => {
    const { value } = await readSlot(folder);
    if (value === undefined) return undefined;
    try {
      if (isExpired?.(await expiryOf(value))) return undefined;
      return { value, file: await open(dataPath(folder, value.version), "r") };
    } catch (error) {
      if (isMissing(error)) return "conflict";
      throw error;
    }
  });

/** When the value expires. Throws ENOENT when it is no longer the current one. */
export const expiryOf = async (value: SlotValue): Promise<Seconds> =>
  (await stat(value.pointer)).mtimeMs / 1000;

/** Extends the value's expiry. False: it is no longer the current one. */
export const touch = (value: SlotValue, expiresAt: Seconds): Promise<boolean> =>
  falseIfMissing(utimes(value.pointer, expiresAt, expiresAt));
