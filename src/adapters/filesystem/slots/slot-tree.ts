import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { parseComponent } from "../encoded-path.ts";
import { isMissing, mapDiskErrors } from "../store-failure.ts";
import { readSlot } from "./versioned-slot.ts";

interface Entry {
  readonly kind: "slot" | "prefix";
  readonly part: string;
  readonly path: string;
}

/** Slots that are read in parallel: enough to keep the disk busy, without filling Node's thread pool. */
const batchSize = 32;

async function* subfolders(folder: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(folder)) if (entry.isDirectory()) yield entry;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The decoded entries of a folder, with names that continue in subfolders joined. */
async function* entriesIn(folder: string, precedingPieces = ""): AsyncGenerator<Entry> {
  for await (const { name } of subfolders(folder)) {
    const component = parseComponent(name, precedingPieces);
    const path = join(folder, name);
    if (component?.kind === "continuation") yield* entriesIn(path, component.piece);
    else if (component !== undefined) yield { ...component, path };
  }
}

/** All names below a prefix go on with a slash, which therefore counts in the order. */
const sortKey = ({ kind, part }: Entry): Buffer => Buffer.from(kind === "prefix" ? `${part}/` : part);

const sortedEntries = async (folder: string): Promise<Entry[]> => {
  const entries = await Array.fromAsync(entriesIn(folder), (entry) => ({ entry, key: sortKey(entry) }));
  return entries.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
};

const isListed = async ({ kind, path }: Entry): Promise<boolean> =>
  kind === "prefix" || (await readSlot(path)).value !== undefined;

/** The names of all slots with a value below a folder, relative to it, in the order of their UTF-8 bytes. */
export async function* namesBelow(folder: string, signal: AbortSignal, prefix = ""): AsyncGenerator<string> {
  signal.throwIfAborted();
  const entries = await mapDiskErrors(() => sortedEntries(folder));
  for (let start = 0; start < entries.length; start += batchSize) {
    const batch = entries.slice(start, start + batchSize);
    const listed = await mapDiskErrors(() => Promise.all(batch.map(isListed)));
    for (const { kind, part, path } of batch.filter((_, index) => listed[index])) {
      signal.throwIfAborted();
      if (kind === "slot") yield prefix + part;
      else yield* namesBelow(path, signal, `${prefix}${part}/`);
    }
  }
}

/** The first parts of the names of all slots with a value, of those names that have more than one part; each once. */
export async function* rootsBelow(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  const entries = await mapDiskErrors(() => sortedEntries(folder));
  for (const { part, path } of entries.filter(({ kind }) => kind === "prefix")) {
    // Folders of what has been removed may stay.
    const first = await namesBelow(path, signal).next();
    if (!first.done) yield part;
  }
}

/** The folders of all slots below a folder, unordered and in bounded memory. */
export async function* slotsBelow(folder: string): AsyncGenerator<string> {
  for await (const { kind, path } of entriesIn(folder)) {
    if (kind === "slot") yield path;
    else yield* slotsBelow(path);
  }
}
