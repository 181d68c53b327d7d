import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { parseComponent } from "../owned-path.ts";
import { isMissing, onDisk } from "../store-failure.ts";
import { look } from "./cell.ts";

interface Entry {
  readonly kind: "value" | "names";
  readonly part: string;
  readonly path: string;
}

/** Names looked at together, to keep the disk busy without flooding the thread pool. */
const batchSize = 32;

async function* foldersIn(folder: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(folder)) if (entry.isDirectory()) yield entry;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** What a folder holds, as if long names had not been split over several. */
async function* entriesIn(folder: string, before = ""): AsyncGenerator<Entry> {
  for await (const { name } of foldersIn(folder)) {
    const component = parseComponent(name, before);
    const path = join(folder, name);
    if (component?.kind === "continuation") yield* entriesIn(path, component.piece);
    else if (component !== undefined) yield { ...component, path };
  }
}

/** A folder stands where its names stand, whose next character is a slash. */
const sortKey = ({ kind, part }: Entry): Buffer => Buffer.from(kind === "names" ? `${part}/` : part);

const sortedEntries = async (folder: string): Promise<Entry[]> => {
  const entries = await Array.fromAsync(entriesIn(folder), (entry) => ({ entry, key: sortKey(entry) }));
  return entries.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
};

const holdsSomething = async ({ kind, path }: Entry): Promise<boolean> =>
  kind === "names" || (await look(path)).value !== undefined;

/** The names of all values below a folder, in the order of their UTF-8 bytes. */
export async function* namesBelow(folder: string, signal: AbortSignal, before = ""): AsyncGenerator<string> {
  signal.throwIfAborted();
  const entries = await onDisk(() => sortedEntries(folder));
  for (let start = 0; start < entries.length; start += batchSize) {
    const batch = entries.slice(start, start + batchSize);
    const present = await onDisk(() => Promise.all(batch.map(holdsSomething)));
    for (const { kind, part, path } of batch.filter((_, index) => present[index])) {
      signal.throwIfAborted();
      if (kind === "value") yield before + part;
      else yield* namesBelow(path, signal, `${before}${part}/`);
    }
  }
}

/** The folders of all cells below a folder, in no order, without holding all of them in memory. */
export async function* cellsBelow(folder: string): AsyncGenerator<string> {
  for await (const { kind, path } of entriesIn(folder)) {
    if (kind === "value") yield path;
    else yield* cellsBelow(path);
  }
}
