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

/** Bytes of both files, unpacked. v1 datasets are from years ago and small, and converting takes ten times as much. */
const limit = 20_000_000;

const tooLarge =
  "This dataset is stored in the old form (v1), and is too large for this server to convert: its two files may have " +
  '20 MB together. Convert it with "auspice convert", and upload what that makes.';

/** Both strong tags, and what they were made into. */
const tagOf = (meta: ObjectMetadata, tree: ObjectMetadata, version: string): ETag =>
  `"v1-${bare(meta.etag)}-${bare(tree.etag)}-${version}"` as ETag;

const bare = (etag: ETag): string => etag.replaceAll('"', "");

/** Reads datasets that are stored as a v1 pair of files in their v2 form, compressed. */
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
    // Others may wait for it too: it goes on when this reader leaves.
    read: () => readPair(d, resource, { meta, tree }, AbortSignal.timeout(readingTime)),
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

/** Milliseconds; the store has its own limits for each step. */
const readingTime = 60_000;

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
  if (expected.meta.size + expected.tree.size > limit) throw new UnusableObject(tooLarge);
  const read = async (file: LegacyType, bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const stored = await d.files.read(datasetKey(resource, file), kindOf(file), signal);
    if (stored.etag === expected[file].etag) return wholeContent(stored, d.compression, bytes, tooLarge);
    // It was replaced just now; the tag would not be that of the content.
    await stored.body[Symbol.asyncIterator]().return?.();
    throw new Busy();
  };
  const meta = await read("meta", limit);
  return { meta, tree: await read("tree", limit - meta.length) };
};
