import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { mapDiskErrors } from "../store-failure.ts";
import { draftsFolder, makeRoot } from "./store-root.ts";

/** A new path for a temporary file or folder, on the same file system as the slots, as link(2) and rename(2) need it. */
export const newDraftPath = (root: string): string =>
  join(draftsFolder(root), randomBytes(16).toString("hex"));

/** Writes the whole chunk; a single write(2) may write less. */
export const writeAll = async (
  file: FileHandle,
  chunk: Uint8Array,
  position: number | null = null,
): Promise<void> => {
  for (let written = 0; written < chunk.byteLength; ) {
    const at = position === null ? null : position + written;
    const { bytesWritten } = await file.write(chunk, written, chunk.byteLength - written, at);
    written += bytesWritten;
  }
};

/** One block of most file systems: a smaller file may fit where nothing else does. */
const probeBlock = Buffer.alloc(4096);

/** Resolves when the disk accepts writes. Throws StoreDown or StoreFull; only a write can tell. */
export const probeDisk = (root: string): Promise<void> =>
  withDraft(
    root,
    false,
    (file) => mapDiskErrors(() => writeAll(file, probeBlock)),
    async () => undefined,
  );

/**
 * Writes a temporary file and passes its path to `use` once it is complete, and synced if it is to be durable. The
 * path is removed afterwards; `use` keeps the file by giving it another name (link(2)). Throws StoreDown, and what
 * `write` and `use` throw.
 */
export const withDraft = async <T>(
  root: string,
  durable: boolean,
  write: (file: FileHandle) => Promise<void>,
  use: (path: string) => Promise<T>,
): Promise<T> => {
  const path = newDraftPath(root);
  const file = await mapDiskErrors(async () => {
    await makeRoot(root, durable);
    return open(path, "wx", 0o600);
  });
  try {
    try {
      await write(file);
      if (durable) await mapDiskErrors(() => file.sync());
    } finally {
      await mapDiskErrors(() => file.close());
    }
    return await use(path);
  } finally {
    await mapDiskErrors(() => rm(path, { force: true }));
  }
};
