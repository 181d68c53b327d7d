import type { FileHandle } from "node:fs/promises";
import { abortable } from "../../../domain/abortable.ts";
import type { KeyPrefix, ObjectKey } from "../../../domain/resources/object-key.ts";
import type { ETag, Precondition } from "../../../domain/resources/stored-object.ts";
import { holds } from "../../../domain/resources/stored-object.ts";
import type {
  NewContent,
  ResourceStore,
  StoreUsage,
  WriteOutcome,
} from "../../../ports/driven/resources/resource-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { prefixFolder, slotFolder } from "../encoded-path.ts";
import { compareAndDelete, compareAndSet } from "../slots/compare-and-set.ts";
import { probeDisk, withDraft, writeAll } from "../slots/draft.ts";
import { namesBelow, rootsBelow, slotsBelow } from "../slots/slot-tree.ts";
import { confirmAbsence, confirmRoot } from "../slots/store-root.ts";
import type { SlotRoot, SlotSnapshot } from "../slots/versioned-slot.ts";
import { openValue, readSlot, retryOnSlotConflict } from "../slots/versioned-slot.ts";
import { mapDiskErrors } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";
import { fileBody } from "./file-body.ts";
import type { StoredHeader } from "./resource-header.ts";
import { etagOf, headerLine, readHeader } from "./resource-header.ts";

export interface ResourceStoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

const folderOfKey = (root: string, key: ObjectKey): string => {
  const [first = "", ...others] = key.split("/");
  return slotFolder(root, [first, ...others]);
};

const folderOfPrefix = (root: string, prefix: KeyPrefix): string =>
  prefixFolder(root, prefix.split("/").slice(0, -1));

const currentEtag = ({ value }: SlotSnapshot): ETag | undefined => value && etagOf(value.version);

interface OpenObject extends StoredHeader {
  readonly file: FileHandle;
}

const openObject = (root: string, folder: string): Promise<OpenObject | undefined> =>
  mapDiskErrors(async () => {
    const opened = await confirmAbsence(root, await openValue(folder));
    if (opened === undefined) return undefined;
    try {
      return { file: opened.file, ...(await readHeader(opened.file, opened.value.version)) };
    } catch (error) {
      await opened.file.close();
      throw error;
    }
  });

const writeObject = async (
  file: FileHandle,
  content: NewContent,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  await mapDiskErrors(() => writeAll(file, headerLine(content, 0)));
  for await (const chunk of abortable(content.body, signal)) await mapDiskErrors(() => writeAll(file, chunk));
  await mapDiskErrors(() => writeAll(file, headerLine(content, clock.now()), 0));
};

/**
 * Changes an object if the condition holds, and repeats that on a conflict.
 * @param change Changes the slot as it is in the snapshot. False: a conflict.
 */
const changeIf = (
  condition: Precondition,
  folder: string,
  signal: AbortSignal,
  change: (snapshot: SlotSnapshot) => Promise<boolean>,
): Promise<WriteOutcome> =>
  retryOnSlotConflict(folder, async () => {
    signal.throwIfAborted();
    const snapshot = await mapDiskErrors(() => readSlot(folder));
    if (!holds(condition, currentEtag(snapshot))) return "precondition-failed";
    return (await mapDiskErrors(() => change(snapshot))) ? "done" : "conflict";
  });

async function* roots(root: string, signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted();
  let isEmpty = true;
  for await (const part of rootsBelow(root, signal)) {
    isEmpty = false;
    yield part;
  }
  if (isEmpty) await confirmRoot(root);
}

const usage = async (root: string, prefix: KeyPrefix, signal: AbortSignal): Promise<StoreUsage> => {
  const sum = { objects: 0, bytes: 0 };
  for await (const folder of slotsBelow(folderOfPrefix(root, prefix))) {
    signal.throwIfAborted();
    const object = await openObject(root, folder);
    await mapDiskErrors(async () => object?.file.close());
    sum.objects += object ? 1 : 0;
    sum.bytes += object?.metadata.size ?? 0;
  }
  if (sum.objects === 0) await confirmRoot(root);
  return sum;
};

/** Stores each object in a versioned slot, whose version is the entity tag. */
export const filesystemResourceStore = ({
  folder: root,
  clock,
  log,
}: ResourceStoreOptions): ResourceStore & Sweeper => {
  const slots: SlotRoot = { root, durable: true };
  return {
    ...startSweeper({ slots, clock, log, what: "sweeping objects", expires: false }),

    async *list(prefix, signal) {
      let isEmpty = true;
      for await (const name of namesBelow(folderOfPrefix(root, prefix), signal)) {
        isEmpty = false;
        yield name;
      }
      if (isEmpty) await confirmRoot(root);
    },

    roots: (signal) => roots(root, signal),
    usage: (prefix, signal) => usage(root, prefix, signal),
    async stat(key, signal) {
      signal.throwIfAborted();
      const object = await openObject(root, folderOfKey(root, key));
      await mapDiskErrors(async () => object?.file.close());
      return object?.metadata;
    },

    async read(key, signal) {
      signal.throwIfAborted();
      const object = await openObject(root, folderOfKey(root, key));
      if (object === undefined) return undefined;
      if (signal.aborted) await object.file.close();
      signal.throwIfAborted();
      const { file, offset, metadata } = object;
      return { ...metadata, body: fileBody(file, offset, metadata.size, signal) };
    },

    async write(key, content, condition, signal) {
      signal.throwIfAborted();
      const folder = folderOfKey(root, key);
      // The condition is checked before the body is read as well, so that nobody uploads gigabytes in vain.
      const before = await mapDiskErrors(() => readSlot(folder));
      if (!holds(condition, currentEtag(before))) return "precondition-failed";
      return withDraft(
        root,
        slots.durable,
        (file) => writeObject(file, content, clock, signal),
        (draft) =>
          changeIf(condition, folder, signal, async (snapshot) => {
            const version = await compareAndSet(slots, snapshot, draft);
            return version !== undefined;
          }),
      );
    },

    remove: (key, condition, signal) =>
      changeIf(condition, folderOfKey(root, key), signal, async (snapshot) => {
        if (snapshot.value === undefined) await confirmRoot(root);
        return compareAndDelete(slots, snapshot);
      }),

    async ready(signal) {
      signal.throwIfAborted();
      await probeDisk(root);
    },
  };
};
