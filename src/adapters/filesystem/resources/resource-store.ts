import type { FileHandle } from "node:fs/promises";
import { abortable } from "../../../domain/abortable.ts";
import type { KeyPrefix, ObjectKey } from "../../../domain/resources/object-key.ts";
import type { ETag, Precondition } from "../../../domain/resources/stored-object.ts";
import { holds } from "../../../domain/resources/stored-object.ts";
import type {
  NewContent,
  ResourceStore,
  WriteOutcome,
} from "../../../ports/driven/resources/resource-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { CellRoot, Seen } from "../cells/cell.ts";
import { look, openValue, untilSettled } from "../cells/cell.ts";
import { drop, put } from "../cells/cell-change.ts";
import { namesBelow } from "../cells/cell-tree.ts";
import { folderOf, valueFolder } from "../owned-path.ts";
import { onDisk } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";
import { probeDisk, withDraft, writeFully } from "./draft.ts";
import { fileBody } from "./file-body.ts";
import type { StoredHeader } from "./resource-header.ts";
import { headerLine, readHeader, tagOf } from "./resource-header.ts";
import { confirmed, confirmRoot } from "./store-root.ts";

export interface ResourceFolder {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

const cellOf = (root: string, key: ObjectKey): string => {
  const [first = "", ...others] = key.split("/");
  return valueFolder(root, [first, ...others]);
};

const parentOf = (root: string, prefix: KeyPrefix): string => folderOf(root, prefix.split("/").slice(0, -1));

const etagIn = ({ value }: Seen): ETag | undefined => value && tagOf(value.version);

interface OpenObject extends StoredHeader {
  readonly file: FileHandle;
}

const openObject = (root: string, folder: string): Promise<OpenObject | undefined> =>
  onDisk(async () => {
    const opened = await confirmed(root, await openValue(folder));
    if (opened === undefined) return undefined;
    try {
      return { file: opened.file, ...(await readHeader(opened.file, opened.value.version)) };
    } catch (error) {
      await opened.file.close();
      throw error;
    }
  });

const fill = async (
  file: FileHandle,
  content: NewContent,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  await onDisk(() => writeFully(file, headerLine(content, 0)));
  for await (const chunk of abortable(content.body, signal)) await onDisk(() => writeFully(file, chunk));
  await onDisk(() => writeFully(file, headerLine(content, clock.now()), 0));
};

/** Takes a step from what is there, if that meets the condition; again, if somebody else was first. */
const change = (
  cell: string,
  condition: Precondition,
  signal: AbortSignal,
  step: (seen: Seen) => Promise<boolean>,
): Promise<WriteOutcome> =>
  untilSettled(cell, async () => {
    signal.throwIfAborted();
    const seen = await onDisk(() => look(cell));
    if (!holds(condition, etagIn(seen))) return "precondition-failed";
    return (await onDisk(() => step(seen))) ? "done" : "again";
  });

/** Keeps each object in a cell; its version is its entity tag. */
export const filesystemResourceStore = ({
  folder: root,
  clock,
  log,
}: ResourceFolder): ResourceStore & Sweeper => {
  const cells: CellRoot = { root, durable: true };
  const sweeper = startSweeper({ cells, clock, log, what: "sweeping objects", expires: false });

  return {
    ...sweeper,

    async *list(prefix, signal) {
      let isEmpty = true;
      for await (const name of namesBelow(parentOf(root, prefix), signal)) {
        isEmpty = false;
        yield name;
      }
      if (isEmpty) await confirmRoot(root);
    },

    async stat(key, signal) {
      signal.throwIfAborted();
      const object = await openObject(root, cellOf(root, key));
      await onDisk(async () => object?.file.close());
      return object?.metadata;
    },

    async read(key, signal) {
      signal.throwIfAborted();
      const object = await openObject(root, cellOf(root, key));
      if (object === undefined) return undefined;
      if (signal.aborted) await object.file.close();
      signal.throwIfAborted();
      const { file, offset, metadata } = object;
      return { ...metadata, body: fileBody(file, offset, metadata.size, signal) };
    },

    async write(key, content, condition, signal) {
      signal.throwIfAborted();
      const cell = cellOf(root, key);
      // Asked before the body is taken as well: nobody has to send gigabytes to be refused.
      if (!holds(condition, etagIn(await onDisk(() => look(cell))))) return "precondition-failed";
      return withDraft(
        root,
        cells.durable,
        (file) => fill(file, content, clock, signal),
        (draft) =>
          change(cell, condition, signal, async (seen) => (await put(cells, seen, draft)) !== undefined),
      );
    },

    remove: (key, condition, signal) =>
      change(cellOf(root, key), condition, signal, async (seen) => {
        if (seen.value === undefined) await confirmRoot(root);
        return drop(cells, seen);
      }),

    async ready(signal) {
      signal.throwIfAborted();
      await probeDisk(root);
    },
  };
};
