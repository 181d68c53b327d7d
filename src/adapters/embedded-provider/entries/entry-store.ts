import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { mkdir, opendir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hasCode } from "../../shared/disk-fault.ts";
import { createFile, readIfPresent, replaceFile, temporaryPrefix } from "../../shared/durable-file.ts";

/**
 * Stores JSON entries of several kinds, with expiry, in one file each. Processes that share the folder see each other's
 * entries at once. Errors of the file system pass through.
 */
export interface EntryStore {
  /** Undefined: there is none, or it has expired. */
  find(kind: string, id: string): Promise<Entry | undefined>;
  /** Creates or replaces an entry, which expires after `lifetime`. Throws when there are too many of its kind. */
  put(kind: string, id: string, value: JsonObject, lifetime: Seconds): Promise<void>;
  /** Marks an entry as consumed, atomically. True for the one caller, of all processes, who did so. */
  consume(kind: string, id: string): Promise<boolean>;
  remove(kind: string, id: string): Promise<void>;
  /** Removes expired and revoked entries and leftover files, until the signal is aborted. */
  sweep(isRevoked: (value: JsonObject) => Promise<boolean>, signal: AbortSignal): Promise<void>;
}

export interface Entry {
  readonly value: JsonObject;
  readonly consumedAt: Seconds | undefined;
}

interface StoredEntry {
  readonly expires: Seconds;
  readonly value: JsonObject;
}

const entrySchema: z.ZodType<StoredEntry> = z.object({
  expires: z.number(),
  value: z.custom<JsonObject>((value: Json | undefined) => isJsonObject(value)),
});

const parseEntry = (text: string): StoredEntry => entrySchema.parse(JSON.parse(text));

/** Limits what an anonymous client can store, since each authorization request stores an entry. */
const maxEntriesPerKind = 50_000;
/** A temporary file of this age was left behind by a process that was killed. */
const minLeftoverAge: Seconds = 3600;
const suffix = ".json";
const consumedSuffix = ".used";

/** A hash, since ids are secret, chosen by clients, and case-sensitive. */
const fileName = (id: string): string => createHash("sha256").update(id).digest("hex") + suffix;

const modifiedAt = async (path: string): Promise<Seconds | undefined> => {
  try {
    return (await stat(path)).mtimeMs / 1000;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
};

const consumedPath = (path: string): string => path.slice(0, -suffix.length) + consumedSuffix;

const removeEntry = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await rm(consumedPath(path), { force: true });
};

/** Undefined: there is no such entry, or it is damaged, which is logged. */
const readEntry = async (path: string, log: Log): Promise<StoredEntry | undefined> => {
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  try {
    return parseEntry(text);
  } catch (cause) {
    // Files are written atomically, so that another program has damaged this one. Its owner has to log in again.
    log.write({ event: "background", what: "reading an entry of the embedded identity provider", cause });
    return undefined;
  }
};

export const openEntryStore = async (
  folder: string,
  kinds: readonly string[],
  clock: Clock,
  log: Log,
): Promise<EntryStore> => {
  for (const kind of kinds) await mkdir(join(folder, kind), { recursive: true, mode: 0o700 });
  const counts = new Map<string, number>();
  const pathOf = (kind: string, id: string): string => join(folder, kind, fileName(id));

  /** True: the file is a valid entry, and stays. */
  const sweepFile = async (
    path: string,
    file: Dirent,
    isRevoked: (value: JsonObject) => Promise<boolean>,
  ): Promise<boolean> => {
    const now = clock.now();
    if (file.name.startsWith(temporaryPrefix)) {
      const modified = await modifiedAt(path);
      if (modified !== undefined && now - modified > minLeftoverAge) await rm(path, { force: true });
    } else if (file.name.endsWith(suffix)) {
      const stored = await readEntry(path, log);
      if (stored !== undefined && stored.expires > now && !(await isRevoked(stored.value))) return true;
      await removeEntry(path);
    } else if (file.name.endsWith(consumedSuffix)) {
      const entry = path.slice(0, -consumedSuffix.length) + suffix;
      if ((await modifiedAt(entry)) === undefined) await rm(path, { force: true });
    }
    return false;
  };

  return {
    async find(kind, id) {
      const path = pathOf(kind, id);
      const stored = await readEntry(path, log);
      if (stored === undefined || stored.expires <= clock.now()) return undefined;
      return { value: stored.value, consumedAt: await modifiedAt(consumedPath(path)) };
    },
    async put(kind, id, value, lifetime) {
      const count = counts.get(kind) ?? 0;
      if (count >= maxEntriesPerKind) throw new Error(`Too many entries of kind ${kind} at once.`);
      counts.set(kind, count + 1);
      const stored: StoredEntry = { expires: clock.now() + lifetime, value };
      await replaceFile(pathOf(kind, id), JSON.stringify(stored));
    },
    async consume(kind, id) {
      const path = pathOf(kind, id);
      const isFirst = await createFile(consumedPath(path), "");
      return isFirst && (await modifiedAt(path)) !== undefined;
    },
    remove: (kind, id) => removeEntry(pathOf(kind, id)),
    async sweep(isRevoked, signal) {
      for (const kind of await readdir(folder)) {
        let count = 0;
        for await (const file of await opendir(join(folder, kind))) {
          if (signal.aborted) return;
          if (await sweepFile(join(folder, kind, file.name), file, isRevoked)) count += 1;
        }
        counts.set(kind, count);
      }
    },
  };
};
