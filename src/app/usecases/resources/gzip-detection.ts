import type { ObjectMetadata, StoredObject } from "../../../domain/resources/stored-object.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";

/** The magic number of gzip (RFC 1952 section 2.3.1), with which no JSON, Markdown or PNG begins. */
const gzipMagic = [0x1f, 0x8b];

const beginsAsGzip = (start: readonly number[]): boolean =>
  gzipMagic.every((byte, index) => start[index] === byte);

/** Peeks at the first two bytes; the returned body is complete. */
const peek = async (body: AsyncIterable<Uint8Array>) => {
  const chunks = body[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  const start: number[] = [];
  while (start.length < gzipMagic.length) {
    const next = await chunks.next();
    if (next.done) break;
    seen.push(next.value);
    start.push(...next.value.subarray(0, gzipMagic.length));
  }
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => {
      const before = seen.shift();
      return before ? { done: false, value: before } : chunks.next();
    },
    return: async () => {
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { isGzip: beginsAsGzip(start), body: { [Symbol.asyncIterator]: () => iterator } };
};

/**
 * Detects gzip in objects without a Content-Encoding. Uploads are stored compressed, and copies through a file system
 * (`aws s3 sync`, `rclone`) lose the encoding.
 */
export const withGzipDetection = (store: ResourceStore): ResourceStore => {
  const read: ResourceStore["read"] = async (key, signal) => {
    const stored = await store.read(key, signal);
    if (!stored || stored.contentEncoding !== undefined || stored.size < gzipMagic.length) return stored;
    const { isGzip, body } = await peek(stored.body);
    const found: StoredObject = { ...stored, body };
    return isGzip ? { ...found, contentEncoding: "gzip" } : found;
  };
  return {
    list: (prefix, signal) => store.list(prefix, signal),
    roots: (signal) => store.roots(signal),
    usage: (prefix, signal) => store.usage(prefix, signal),
    read,
    stat: async (key, signal): Promise<ObjectMetadata | undefined> => {
      const metadata = await store.stat(key, signal);
      if (!metadata || metadata.contentEncoding !== undefined) return metadata;
      const opened = await read(key, signal);
      if (!opened) return undefined;
      const { body, ...described } = opened;
      await body[Symbol.asyncIterator]().return?.();
      return described;
    },
    write: (key, content, condition, signal) => store.write(key, content, condition, signal),
    remove: (key, condition, signal) => store.remove(key, condition, signal),
    ready: (signal) => store.ready(signal),
  };
};
