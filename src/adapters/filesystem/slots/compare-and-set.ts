import { randomBytes } from "node:crypto";
import { link, mkdir, open, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Seconds } from "../../../domain/brand.ts";
import { hasCode } from "../../shared/disk-fault.ts";
import { makeFolder, removeEmptyFolders, syncFolder } from "../../shared/durable-folder.ts";
import { falseIfMissing, isMissing } from "../store-failure.ts";
import { newDraftPath } from "./draft.ts";
import type { SlotRoot, SlotSnapshot, SlotValue, Version } from "./versioned-slot.ts";
import { dataPath, retryOnSlotConflict, touch } from "./versioned-slot.ts";

/** The atomic changes of a slot. Their order of steps is explained in versioned-slot.ts. */

const randomHex = (bytes: number): string => randomBytes(bytes).toString("hex");
const newVersion = (): Version => randomHex(16);
const newPointer = (version: Version): string => `t.${version}.${randomHex(8)}`;

/** Removes the snapshot's data files, which a change has made obsolete. The sweeper removes what this leaves. */
const removeData = async (root: string, snapshot: SlotSnapshot): Promise<void> => {
  for (const name of snapshot.data) {
    // On NFS, unlinking a file that is being read leaves a hidden name, and the folder could not be removed.
    const temporary = newDraftPath(root);
    if (await falseIfMissing(rename(join(snapshot.folder, name), temporary))) {
      await rm(temporary, { force: true });
    }
  }
};

/**
 * Makes the draft's content the slot's value if the slot has not changed since the snapshot.
 * @returns The new value's version, or undefined on a conflict.
 */
export const compareAndSet = (
  slots: SlotRoot,
  snapshot: SlotSnapshot,
  draft: string,
  expiresAt?: Seconds,
): Promise<Version | undefined> =>
  snapshot.value === undefined
    ? create(slots, snapshot, draft, expiresAt)
    : replace(slots, snapshot, snapshot.value, draft, expiresAt);

const replace = async (
  slots: SlotRoot,
  snapshot: SlotSnapshot,
  old: SlotValue,
  draft: string,
  expiresAt: Seconds | undefined,
): Promise<Version | undefined> => {
  const { durable } = slots;
  const version = newVersion();
  const data = dataPath(snapshot.folder, version);
  if (!(await falseIfMissing(link(draft, data)))) return undefined;
  const pointer = join(snapshot.folder, newPointer(version));
  const isSynced = !durable || (await falseIfMissing(syncFolder(snapshot.folder)));
  // The expiry is set before the rename, so that the new value never has the old one's.
  const isReady = isSynced && (expiresAt === undefined || (await touch(old, expiresAt)));
  // NFS repeats a rename whose response was lost, and the repetition fails although the first one succeeded.
  const isReplaced =
    isReady &&
    ((await falseIfMissing(rename(old.pointer, pointer))) || (await falseIfMissing(stat(pointer))));
  if (!isReplaced) {
    // When a step threw, the data stays for the sweeper: the rename may have been done nevertheless.
    await rm(data, { force: true });
    return undefined;
  }
  if (durable) await falseIfMissing(syncFolder(snapshot.folder));
  await removeData(slots.root, snapshot);
  return version;
};

const create = async (
  slots: SlotRoot,
  snapshot: SlotSnapshot,
  draft: string,
  expiresAt: Seconds | undefined,
): Promise<Version | undefined> => {
  const { root, durable } = slots;
  const version = newVersion();
  const temporary = newDraftPath(root);
  try {
    await mkdir(temporary, { mode: 0o700 });
    await link(draft, dataPath(temporary, version));
    const pointer = join(temporary, newPointer(version));
    await (await open(pointer, "wx", 0o600)).close();
    if (expiresAt !== undefined) await utimes(pointer, expiresAt, expiresAt);
    if (durable) await syncFolder(temporary);
    await removeData(root, snapshot);
    const isCreated = await renameIntoPlace(temporary, snapshot.folder, durable);
    if (isCreated && durable) await falseIfMissing(syncFolder(dirname(snapshot.folder)));
    return isCreated ? version : undefined;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** Repeats, since another process may remove the folders above, as empty ones, before the rename needs them. */
const renameIntoPlace = (temporary: string, folder: string, durable: boolean): Promise<boolean> =>
  retryOnSlotConflict(folder, async () => {
    await makeFolder(dirname(folder), durable);
    try {
      await rename(temporary, folder);
      return true;
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
      if (isMissing(error)) return "conflict";
      throw error;
    }
  });

/** Deletes the slot's value if the slot has not changed since the snapshot. False: a conflict. */
export const compareAndDelete = async (slots: SlotRoot, snapshot: SlotSnapshot): Promise<boolean> => {
  const { root, durable } = slots;
  if (snapshot.value !== undefined) {
    if (!(await falseIfMissing(unlink(snapshot.value.pointer)))) return false;
    if (durable) await falseIfMissing(syncFolder(snapshot.folder));
  }
  await removeData(root, snapshot);
  await removeEmptyFolders(snapshot.folder, root);
  return true;
};

/**
 * Removes the data files of writers that were killed. The pointer gets a new nonce first, so that a writer that is only
 * slow gets a conflict instead of pointing to removed data; the version stays.
 */
export const removeOrphans = async (
  slots: SlotRoot,
  snapshot: SlotSnapshot,
  isAbandoned: (file: string) => Promise<boolean>,
): Promise<void> => {
  const { folder, value, data } = snapshot;
  const orphans = data.filter((name) => name !== `d.${value?.version}`);
  for (const name of orphans) if (!(await isAbandoned(join(folder, name)))) return;
  if (value === undefined) await compareAndDelete(slots, snapshot);
  else if (
    orphans.length > 0 &&
    (await falseIfMissing(rename(value.pointer, join(folder, newPointer(value.version)))))
  ) {
    await removeData(slots.root, { ...snapshot, data: orphans });
  }
};
