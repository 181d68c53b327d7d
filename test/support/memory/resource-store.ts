import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { ETag, ObjectMetadata, StoredObject } from "../../../src/domain/resources/stored-object.ts";
import { holds } from "../../../src/domain/resources/stored-object.ts";
import type { NewContent, ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface StoredContent {
  readonly metadata: ObjectMetadata;
  readonly chunks: readonly Uint8Array[];
}

async function* bodyOf(chunks: readonly Uint8Array[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk.slice();
  }
  signal.throwIfAborted();
}

/** Collects a body. Rejects with the signal's reason when it is aborted, also while a chunk is awaited. */
const collect = (body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Uint8Array[]> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    Array.fromAsync(body, (chunk) => chunk.slice())
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });

const metadataOf = (content: NewContent, chunks: readonly Uint8Array[], clock: Clock): ObjectMetadata => ({
  contentType: content.contentType,
  ...(content.contentEncoding === undefined ? {} : { contentEncoding: content.contentEncoding }),
  size: chunks.reduce((size, chunk) => size + chunk.byteLength, 0),
  etag: `"${crypto.randomUUID()}"` as ETag,
  lastModified: clock.now(),
});

/** @param records Shared by all instances. */
export const memoryResourceStore = (
  clock: Clock,
  records: Map<ObjectKey, StoredContent> = new Map(),
): ResourceStore => {
  const etagOf = (key: ObjectKey): ETag | undefined => records.get(key)?.metadata.etag;

  return {
    async *list(prefix, signal) {
      signal.throwIfAborted();
      const keys = [...records.keys()].filter((key) => key.startsWith(prefix)).map((key) => Buffer.from(key));
      for (const key of keys.sort(Buffer.compare)) {
        signal.throwIfAborted();
        yield key.toString().slice(prefix.length);
      }
    },

    async *roots(signal) {
      signal.throwIfAborted();
      const keys = [...records.keys()].filter((key) => key.includes("/"));
      yield* new Set(keys.map((key) => key.slice(0, key.indexOf("/"))));
    },

    async usage(prefix, signal) {
      signal.throwIfAborted();
      const below = [...records].filter(([key]) => key.startsWith(prefix));
      return {
        objects: below.length,
        bytes: below.reduce((sum, [, { metadata }]) => sum + metadata.size, 0),
      };
    },

    async stat(key, signal) {
      signal.throwIfAborted();
      return records.get(key)?.metadata;
    },

    async read(key, signal): Promise<StoredObject | undefined> {
      signal.throwIfAborted();
      const stored = records.get(key);
      return stored && { ...stored.metadata, body: bodyOf(stored.chunks, signal) };
    },

    async write(key, content, condition, signal) {
      signal.throwIfAborted();
      if (!holds(condition, etagOf(key))) return "precondition-failed";
      const chunks = await collect(content.body, signal);
      signal.throwIfAborted();
      if (!holds(condition, etagOf(key))) return "precondition-failed";
      records.set(key, { chunks, metadata: metadataOf(content, chunks, clock) });
      return "done";
    },

    async remove(key, condition, signal) {
      signal.throwIfAborted();
      if (!holds(condition, etagOf(key))) return "precondition-failed";
      records.delete(key);
      return "done";
    },

    async ready(signal) {
      signal.throwIfAborted();
    },
  };
};
