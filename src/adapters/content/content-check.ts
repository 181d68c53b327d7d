import { createGunzip, createGzip } from "node:zlib";
import { abortable } from "../../domain/abortable.ts";
import { BadContent } from "../../domain/failure.ts";
import type { ObjectKind } from "../../domain/resources/media-type.ts";
import type { ContentCheck, Upload } from "../../ports/driven/resources/content-check.ts";
import type { Checker } from "./checker.ts";
import { sizeOf } from "./checker.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { strictGunzip, zlibChunkSize } from "./gzip/gzip-fault.ts";
import { badGzip, beginGzip, unpackedMembers } from "./gzip/gzip-members.ts";
import { zlibCoder } from "./gzip/zlib-coder.ts";
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

/** Bytes that are looked at in one go: below a millisecond, whatever the size of the pieces that arrive. */
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
    `This upload has more than ${sizeOf(maxBytes)} when unpacked, the most that this server takes.`,
  );

/** Counts what goes into a checker, and knows that nothing is not content of any kind. */
const bounded = (checker: Checker, maxBytes: number): Checker => {
  let size = 0;
  return {
    push(piece) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      return checker.push(piece);
    },
    end() {
      if (size === 0) throw new BadContent("This upload is empty. Nothing was changed.");
      return checker.end();
    },
  };
};

const slices = function* (piece: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < piece.length; at += sliceSize) yield piece.subarray(at, at + sliceSize);
};

/** The most bytes that gzip makes of `size`, in its usual forms; so many empty parts may not make an endless upload. */
const maxCompressed = (size: number): number => size + Math.ceil(size / 100) + 1024;

/** zlib finds the wrong beginning too, but does not say that this is what is wrong. */
const gzipMagic = (): Checker => {
  const magic = [0x1f, 0x8b];
  let seen = 0;
  return {
    push(piece) {
      for (let at = 0; at < piece.length && seen < magic.length; at += 1, seen += 1) {
        if (piece[at] === magic[seen]) continue;
        throw new BadContent("This upload was announced as gzip (Content-Encoding), but it is not gzip.");
      }
    },
    end() {
      if (seen === 0) throw new BadContent("This upload is empty. Nothing was changed.");
    },
  };
};

const drain = async (unpacked: AsyncIterable<Uint8Array>, checker: Checker, signal: AbortSignal) => {
  for await (const piece of unpacked) {
    signal.throwIfAborted();
    for (const slice of slices(piece)) await checker.push(slice);
  }
};

/** Looks at the form in which gzip comes, before it is unpacked. */
const plausibleGzip = async function* (
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const magic = gzipMagic();
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxCompressed(maxBytes)) throw tooLarge(maxBytes);
    magic.push(piece);
    yield piece;
  }
  magic.end();
};

/** What comes as gzip: passed on as it is, or packed anew when it has several members. */
const gzipped = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const source = plausibleGzip(abortable(body, signal), maxBytes);
  try {
    const begun = await beginGzip(source);
    yield* begun.hasSeveralMembers
      ? compressed(unpackedMembers(begun.body), checker, signal)
      : checkedGzip(begun.body, checker, signal);
  } finally {
    await source.return(undefined);
  }
};

/** Passes gzip on as it is; each piece is looked at while the consumer has it, and judged before the next. */
const checkedGzip = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const coder = zlibCoder(createGunzip(strictGunzip), badGzip);
  let judged = Promise.resolve();
  try {
    for await (const piece of body) {
      await judged;
      judged = drain(coder.push(piece), checker, signal);
      // It is awaited in the next turn; until then its failing is nobody's fault.
      judged.catch(() => {});
      yield piece;
    }
    await judged;
    await drain(coder.end(), checker, signal);
    await checker.end();
  } finally {
    coder.destroy();
  }
};

/**
 * Level 4 takes half the time of the usual 6 for a twentieth more bytes (test/bench/upload-check.ts). Clients
 * that send much compress it themselves.
 */
const gzipOptions = { chunkSize: zlibChunkSize, level: 4 } as const;

/** Looks at plain content, and passes its gzip form on. */
const compressed = async function* (
  body: AsyncIterable<Uint8Array>,
  checker: Checker,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const coder = zlibCoder(createGzip(gzipOptions), (error) => error);
  try {
    for await (const piece of body) {
      for (const slice of slices(piece)) {
        signal.throwIfAborted();
        await checker.push(slice);
        yield* coder.push(slice);
      }
    }
    await checker.end();
    yield* coder.end();
  } finally {
    coder.destroy();
  }
};

export const contentCheck = (options: ContentCheckOptions): ContentCheck => ({
  check(kind, { encoding, body, warn }, signal) {
    const checker = bounded(checkerFor(kind, options, warn), options.maxUploadBytes);
    return encoding === "gzip"
      ? gzipped(body, checker, options.maxUploadBytes, signal)
      : compressed(abortable(body, signal), checker, signal);
  },
});
