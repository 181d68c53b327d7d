import { Busy, NotFound, UnusableObject } from "../../../domain/failure.ts";
import { datasetKey } from "../../../domain/resources/object-key.ts";
import type { LegacyType, Resource } from "../../../domain/resources/resource.ts";
import type { ETag, ObjectMetadata, StoredObject } from "../../../domain/resources/stored-object.ts";
import type { Admit } from "../../../ports/driven/admit.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { DatasetConverter } from "../../../ports/driven/resources/dataset-converter.ts";
import type { StoredFiles } from "./stored-files.ts";
import { wholeContent } from "./whole-content.ts";

interface Deps {
  readonly files: StoredFiles;
  readonly compression: Compression;
  readonly converter: DatasetConverter;
}

/** Decompressed bytes of both files. v1 datasets are old and small, and a conversion takes ten times as much memory. */
const maxBytes = 20_000_000;

const tooLarge =
  "This dataset is stored in the old form (v1), and is too large for this server to convert: its two files may have " +
  '20 MB together. Convert it with "auspice convert", and upload what that makes.';

/** A strong tag, made of both files' tags and the converter's version. */
const tagOf = (meta: ObjectMetadata, tree: ObjectMetadata, version: string): ETag =>
  `"v1-${bare(meta.etag)}-${bare(tree.etag)}-${version}"` as ETag;

const bare = (etag: ETag): string => etag.replaceAll('"', "");

/** Reads a dataset that is stored as a v1 pair of files, converted to v2 and compressed. */
export const readV1 = async (
  d: Deps,
  resource: Resource,
  admit: Admit,
  signal: AbortSignal,
): Promise<StoredObject> => {
  const [meta, tree] = await Promise.all([
    stat(d, resource, "meta", signal),
    stat(d, resource, "tree", signal),
  ]);
  const etag = tagOf(meta, tree, d.converter.version);
  const gzip = await d.converter.fromV1({
    tag: `${datasetKey(resource, "main")} ${etag}`,
    admit,
    // Other readers may share the conversion, so it outlives this one.
    read: () => readPair(d, resource, { meta, tree }, AbortSignal.timeout(readTimeoutMs)),
  });
  return {
    contentType: "application/json",
    contentEncoding: "gzip",
    size: gzip.length,
    etag,
    lastModified: Math.max(meta.lastModified, tree.lastModified),
    body: oneChunk(gzip),
  };
};

/** In milliseconds; the store has its own timeouts for each step. */
const readTimeoutMs = 60_000;

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const kindOf = (file: LegacyType) => ({ kind: "dataset", file }) as const;

const stat = (d: Deps, resource: Resource, file: LegacyType, signal: AbortSignal): Promise<ObjectMetadata> =>
  d.files.stat(datasetKey(resource, file), kindOf(file), signal).catch((error: unknown) => {
    throw error instanceof NotFound ? new NotFound("There is no such dataset here.") : error;
  });

const readPair = async (
  d: Deps,
  resource: Resource,
  expected: Readonly<Record<LegacyType, ObjectMetadata>>,
  signal: AbortSignal,
) => {
  if (expected.meta.size + expected.tree.size > maxBytes) throw new UnusableObject(tooLarge);
  const read = async (file: LegacyType, bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const stored = await d.files.read(datasetKey(resource, file), kindOf(file), signal);
    if (stored.etag === expected[file].etag) return wholeContent(stored, d.compression, bytes, tooLarge);
    // It was replaced since, so the tag would not match the content.
    await stored.body[Symbol.asyncIterator]().return?.();
    throw new Busy();
  };
  const meta = await read("meta", maxBytes);
  return { meta, tree: await read("tree", maxBytes - meta.length) };
};
