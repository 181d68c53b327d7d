import { mkdir, open, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./disk-fault.ts";

/** Makes the names in a folder outlast a power cut; a file's own fsync does not (fsync(2)). */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const makeFolder = async (folder: string, durable: boolean): Promise<void> => {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined || !durable) return;
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made));
    if (made === first || dirname(made) === made) return;
  }
};

/** Removes a folder, and those above it up to the root, as long as they are empty. */
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
