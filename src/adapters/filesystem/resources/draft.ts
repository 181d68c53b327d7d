import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { onDisk } from "../store-failure.ts";
import { draftsFolder, makeRoot } from "./store-root.ts";

export const newDraftPath = (root: string): string =>
  join(draftsFolder(root), randomBytes(16).toString("hex"));

/** Writes all of it; a single write(2) may take less. */
export const writeFully = async (
  file: FileHandle,
  chunk: Uint8Array,
  position: number | null = null,
): Promise<void> => {
  for (let done = 0; done < chunk.byteLength; ) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, at);
    done += bytesWritten;
  }
};

/** One block of most file systems: a smaller file may have room where nothing else has. */
const probe = Buffer.alloc(4096);

/** Whether the disk takes anything at all; where it is full or may not be written to, only a write tells. */
export const probeDisk = (root: string): Promise<void> =>
  withDraft(
    root,
    false,
    (file) => onDisk(() => writeFully(file, probe)),
    async () => undefined,
  );

/**
 * Fills a new file and hands it to `use` once it is complete (and safe from a power cut, if it is to be
 * durable). The file's name is gone afterwards; `use` gives it another by a hard link.
 */
export const withDraft = async <T>(
  root: string,
  durable: boolean,
  fill: (file: FileHandle) => Promise<void>,
  use: (path: string) => Promise<T>,
): Promise<T> => {
  const path = newDraftPath(root);
  const file = await onDisk(async () => {
    await makeRoot(root, durable);
    return open(path, "wx", 0o600);
  });
  try {
    try {
      await fill(file);
      if (durable) await onDisk(() => file.sync());
    } finally {
      await onDisk(() => file.close());
    }
    return await use(path);
  } finally {
    await onDisk(() => rm(path, { force: true }));
  }
};
