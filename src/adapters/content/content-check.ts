import { createGunzip, createGzip } from "node:zlib";
import { abortable } from "../../domain/abortable.ts";
import { BadContent } from "../../domain/failure.ts";
import type { ObjectKind } from "../../domain/resources/media-type.ts";
import type { ContentCheck, Upload } from "../../ports/driven/resources/content-check.ts";
import type { Checker } from "./checker.ts";
import { formatSize } from "./format.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { strictGunzipOptions, zlibChunkSize } from "./gzip/gzip-error.ts";
import { gunzipMembers, mapGzipError, peekGzip } from "./gzip/gzip-members.ts";
import { zlibCodec } from "./gzip/zlib-codec.ts";
import { datasetCheck } from "./json/dataset-check.ts";
import type { JsonCheckOptions } from "./json/json-check.ts";
import { logoCheck } from "./logo-check.ts";
import { narrativeCheck } from "./narrative-check.ts";
import { overviewCheck } from "./overview-check.ts";

export interface ContentCheckOptions {
  /** Bytes, after decompression. */
  readonly maxUploadBytes: number;
  readonly frontMatter: FrontMatterReader;
  readonly json?: JsonCheckOptions;
}

/** In bytes. A slice is checked in less than a millisecond, however large the chunk that it is from. */
const sliceSize = 65_536;

const checkerFor = (
  kind: ObjectKind,
  { json, frontMatter }: ContentCheckOptions,
  warn: Upload["warn"],
): Checker => {
  switch (kind.kind) {
    case "dataset":
      return datasetCheck(kind.file, json, warn);
    case "narrative":
      return narrativeCheck(frontMatter);
    case "logo":
      return logoCheck();
    case "overview":
      return overviewCheck(frontMatter);
  }
};

const tooLarge = (maxBytes: number) =>
  new BadContent(
    `This upload has more than ${formatSize(maxBytes)} when unpacked, the most that this server takes.`,
  );

/** Limits the size of the content, and rejects empty content. */
const withSizeLimit = (checker: Checker, maxBytes: number): Checker => {
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      return checker.push(chunk);
    },
    end() {
      if (size === 0) throw new BadContent("This upload is empty. Nothing was changed.");
      return checker.end();
    },
  };
};

const slices = function* (chunk: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < chunk.length; offset += sliceSize)
    yield chunk.subarray(offset, offset + sliceSize);
};

/** The largest gzip form of `size` bytes. Without this limit, empty members could make an endless upload. */
const maxCompressedBytes = (size: number): number => size + Math.ceil(size / 100) + 1024;

/** Checks the magic number, since zlib's error does not say whether it is that or the data. */
const gzipMagicCheck = (): Checker => {
  const magic = [0x1f, 0x8b];
  let seen = 0;
  return {
    push(chunk) {
      for (let offset = 0; offset < chunk.length && seen < magic.length; offset += 1, seen += 1) {
        if (chunk[offset] === magic[seen]) continue;
        throw new BadContent("This upload was announced as gzip (Content-Encoding), but it is not gzip.");
      }
    },
    end() {
      if (seen === 0) throw new BadContent("This upload is empty. Nothing was changed.");
    },
  };
};

const checkAll = async (content: AsyncIterable<Uint8Array>, checker: Checker, signal: AbortSignal) => {
  for await (const chunk of content) {
    signal.throwIfAborted();
    for (const slice of slices(chunk)) await checker.push(slice);
  }
};

/** Checks the magic number and the compressed size, before decompression. */
const precheckedGzip = async function* (
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const magic = gzipMagicCheck();
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxCompressedBytes(maxBytes)) throw tooLarge(maxBytes);
    magic.push(chunk);
    yield chunk;
  }
  magic.end();
};

/** Checks a gzip upload, and yields it unchanged, or recompressed if it has several members. */
const checkGzipUpload = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const source = precheckedGzip(abortable(body, signal), maxBytes);
  try {
    const peeked = await peekGzip(source);
    yield* peeked.hasSeveralMembers
      ? checkAndCompress(gunzipMembers(peeked.body), checker, signal)
      : checkAndPassThrough(peeked.body, checker, signal);
  } finally {
    await source.return(undefined);
  }
};

/** Yields gzip unchanged. Each chunk is checked while the consumer stores it, and before the next one is read. */
const checkAndPassThrough = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const codec = zlibCodec(createGunzip(strictGunzipOptions), mapGzipError);
  let pendingCheck = Promise.resolve();
  try {
    for await (const chunk of body) {
      await pendingCheck;
      pendingCheck = checkAll(codec.push(chunk), checker, signal);
      // A rejection is handled at the next await; until then it must not count as unhandled.
      pendingCheck.catch(() => {});
      yield chunk;
    }
    await pendingCheck;
    await checkAll(codec.end(), checker, signal);
    await checker.end();
  } finally {
    codec.destroy();
  }
};

/** Level 4 takes half the time of the default 6, and makes 5 % more bytes (test/bench/upload-check.ts). */
const gzipOptions = { chunkSize: zlibChunkSize, level: 4 } as const;

/** Checks uncompressed content, and yields its gzip form. */
const checkAndCompress = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const codec = zlibCodec(createGzip(gzipOptions), (error) => error);
  try {
    for await (const chunk of body) {
      for (const slice of slices(chunk)) {
        signal.throwIfAborted();
        await checker.push(slice);
        yield* codec.push(slice);
      }
    }
    await checker.end();
    yield* codec.end();
  } finally {
    codec.destroy();
  }
};

export const contentCheck = (options: ContentCheckOptions): ContentCheck => ({
  check(kind, { encoding, body, warn }, signal) {
    const checker = withSizeLimit(checkerFor(kind, options, warn), options.maxUploadBytes);
    return encoding === "gzip"
      ? checkGzipUpload(body, checker, options.maxUploadBytes, signal)
      : checkAndCompress(abortable(body, signal), checker, signal);
  },
});
