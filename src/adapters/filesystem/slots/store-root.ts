import { access } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../shared/durable-folder.ts";
import { falseIfMissing, mapDiskErrors } from "../store-failure.ts";

/** The folder for temporary files; no encoded name begins with a dot (encoded-path.ts). */
export const draftsFolder = (root: string): string => join(root, ".drafts");

/** The roots that this process has found or created: one for each store. */
const knownRoots = new Set<string>();

/** Creates a store's root before its first write, but not again when it has disappeared (see confirmRoot). */
export const makeRoot = async (root: string, durable: boolean): Promise<void> => {
  if (knownRoots.has(root)) return;
  await makeFolder(draftsFolder(root), durable);
  knownRoots.add(root);
};

/**
 * To be called before a store answers that something does not exist: a file system that has been unmounted must not
 * count as an empty one. Throws StoreDown when the root has existed before and is gone.
 */
export const confirmRoot = (root: string): Promise<void> =>
  mapDiskErrors(async () => {
    const drafts = draftsFolder(root);
    if (knownRoots.has(root)) await access(drafts);
    else if (await falseIfMissing(access(drafts))) knownRoots.add(root);
  });

/** Returns what was found; if that is nothing, confirms the root first. */
export const confirmAbsence = async <T>(root: string, found: T | undefined): Promise<T | undefined> => {
  if (found === undefined) await confirmRoot(root);
  return found;
};
