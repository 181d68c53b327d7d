import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { mkdir, opendir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hasCode } from "../../shared/disk-fault.ts";
import { createFile, readIfPresent, replaceFile, temporaryPrefix } from "../../shared/durable-file.ts";

/**
 * Keeps JSON entries of several kinds, each until its time is over, in one file each. Processes that share
 * the folder see each other's entries at once.
 */
export interface EntryStore {
  /** Undefined: there is none, or its time is over. */
  find(kind: string, id: string): Promise<Entry | undefined>;
  /** Creates or replaces an entry that lives for `life` seconds. */
  put(kind: string, id: string, value: JsonObject, life: Seconds): Promise<void>;
  /** Marks an entry as used. True for one caller only, in all processes. */
  use(kind: string, id: string): Promise<boolean>;
  remove(kind: string, id: string): Promise<void>;
  /** Removes what is of no use any more, file by file until the signal is aborted. */
  sweep(isDead: (value: JsonObject) => Promise<boolean>, signal: AbortSignal): Promise<void>;
}

export interface Entry {
  readonly value: JsonObject;
  readonly usedAt: Seconds | undefined;
}

interface StoredEntry {
  readonly expires: Seconds;
  readonly value: JsonObject;
}

const parseEntry = (text: string): StoredEntry => {
  const { expires, value }: JsonObject = JSON.parse(text);
  if (typeof expires === "number" && isJsonObject(value)) return { expires, value };
  throw new Error("It has another shape.");
};

/** Anybody who can reach the server can make it store an unfinished login. */
const mostOfOneKind = 50_000;
const leftOverAfter: Seconds = 3600;
const suffix = ".json";
const usedSuffix = ".used";

/** Ids are secrets, come from clients, and differ in letter case: none of that goes into a file's name. */
const fileName = (id: string): string => createHash("sha256").update(id).digest("hex") + suffix;

const modifiedAt = async (path: string): Promise<Seconds | undefined> => {
  try {
    return (await stat(path)).mtimeMs / 1000;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
};

const usedPath = (path: string): string => path.slice(0, -suffix.length) + usedSuffix;

const removeEntry = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await rm(usedPath(path), { force: true });
};

export const openEntryStore = async (
  folder: string,
  kinds: readonly string[],
  clock: Clock,
  log: Log,
): Promise<EntryStore> => {
  for (const kind of kinds) await mkdir(join(folder, kind), { recursive: true, mode: 0o700 });
  const sizes = new Map<string, number>();
  const pathOf = (kind: string, id: string): string => join(folder, kind, fileName(id));

  const read = async (path: string): Promise<StoredEntry | undefined> => {
    const text = await readIfPresent(path);
    if (text === undefined) return undefined;
    try {
      return parseEntry(text);
    } catch (cause) {
      // Files are written whole; this one was damaged by something else, and whoever needs it logs in again.
      log.write({ event: "background", what: "reading an entry of the embedded identity provider", cause });
      return undefined;
    }
  };

  const sweepFile = async (path: string, file: Dirent, isDead: (value: JsonObject) => Promise<boolean>) => {
    const now = clock.now();
    if (file.name.startsWith(temporaryPrefix)) {
      const modified = await modifiedAt(path);
      if (modified !== undefined && now - modified > leftOverAfter) await rm(path, { force: true });
    } else if (file.name.endsWith(suffix)) {
      const stored = await read(path);
      if (stored !== undefined && stored.expires > now && !(await isDead(stored.value))) return true;
      await removeEntry(path);
    } else if (file.name.endsWith(usedSuffix)) {
      const entry = path.slice(0, -usedSuffix.length) + suffix;
      if ((await modifiedAt(entry)) === undefined) await rm(path, { force: true });
    }
    return false;
  };

  return {
    async find(kind, id) {
      const path = pathOf(kind, id);
      const stored = await read(path);
      if (stored === undefined || stored.expires <= clock.now()) return undefined;
      return { value: stored.value, usedAt: await modifiedAt(usedPath(path)) };
    },
    async put(kind, id, value, life) {
      const size = sizes.get(kind) ?? 0;
      if (size >= mostOfOneKind) throw new Error(`Too many entries of kind ${kind} at once.`);
      sizes.set(kind, size + 1);
      const stored: StoredEntry = { expires: clock.now() + life, value };
      await replaceFile(pathOf(kind, id), JSON.stringify(stored));
    },
    async use(kind, id) {
      const path = pathOf(kind, id);
      const first = await createFile(usedPath(path), "");
      return first && (await modifiedAt(path)) !== undefined;
    },
    remove: (kind, id) => removeEntry(pathOf(kind, id)),
    async sweep(isDead, signal) {
      for (const kind of await readdir(folder)) {
        let living = 0;
        for await (const file of await opendir(join(folder, kind))) {
          if (signal.aborted) return;
          if (await sweepFile(join(folder, kind, file.name), file, isDead)) living += 1;
        }
        sizes.set(kind, living);
      }
    },
  };
};
