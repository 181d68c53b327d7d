import { mkdir, open, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./disk-fault.ts";

/** Makes new names in a folder survive a power failure, which syncing the files themselves does not do (fsync(2)). */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Creates a folder and its missing parents, readable by their owner only.
 * @param durable Whether they have to survive a power failure.
 */
export const makeFolder = async (folder: string, durable: boolean): Promise<void> => {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined || !durable) return;
  for (let created = folder; ; created = dirname(created)) {
    await syncFolder(dirname(created));
    if (created === first || dirname(created) === created) return;
  }
};

/** Removes a folder and its parents below the root, as long as they are empty. */
export const removeEmptyFolders = async (folder: string, root: string): Promise<void> => {
  for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST")) return;
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
};
