import { access } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../shared/durable-folder.ts";
import { isMissing, onDisk } from "../store-failure.ts";

/** The folder for what is not finished, on the same disk as the rest; no name begins with a dot (owned-path.ts). */
export const draftsFolder = (root: string): string => join(root, ".drafts");

/** The roots that this process has found or made; a few, one for each store. */
const known = new Set<string>();

/** Makes a store's root when it is first written to. Where it was before, what is written there fails without it. */
export const makeRoot = async (root: string, durable: boolean): Promise<void> => {
  if (known.has(root)) return;
  await makeFolder(draftsFolder(root), durable);
  known.add(root);
};

const isThere = async (folder: string): Promise<boolean> => {
  try {
    await access(folder);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/**
 * To be asked before something counts as "not there": a disk that is no longer mounted must not pass for one that is
 * empty. Throws StoreDown when the root was there before.
 */
export const confirmRoot = (root: string): Promise<void> =>
  onDisk(async () => {
    const drafts = draftsFolder(root);
    if (known.has(root)) await access(drafts);
    else if (await isThere(drafts)) known.add(root);
  });

/** What was found; asks before it is nothing. */
export const confirmed = async <T>(root: string, found: T | undefined): Promise<T | undefined> => {
  if (found === undefined) await confirmRoot(root);
  return found;
};
