import { createGunzip } from "node:zlib";
import { BadContent } from "../../../domain/failure.ts";
import { describeGzipError, strictGunzipOptions, trailingJunk, zlibChunkSize } from "./gzip-error.ts";
import { zlibCodec } from "./zlib-codec.ts";

/** The first bytes of every member (RFC 1952 section 2.3.1). */
const memberMagicNumber = Buffer.from([0x1f, 0x8b, 0x08]);
const minMemberBytes = 18;

/**
 * How far an upload is read ahead to find the end of its first member. bgzip's members have at most 64 KiB (SAM
 * specification section 4.1), and those of parallel compressors are similarly small.
 */
const peekedBytes = 65_536 + minMemberBytes;

/** Maps zlib's errors about the data to BadContent, and returns any other error as it is. */
export const mapGzipError = (error: Error): Error => {
  const description = describeGzipError(error);
  return description === undefined
    ? error
    : new BadContent(
        `This upload is not a complete gzip file: ${description}. Compress it again and retry.`,
        {
          cause: error,
        },
      );
};

/** A gzip stream whose first bytes have been read ahead. */
export interface PeekedGzip {
  readonly hasSeveralMembers: boolean;
  /** The whole stream, including those bytes. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** @param source Closed by the consumer of the returned body. It stays open when this throws. */
export const peekGzip = async (source: AsyncGenerator<Uint8Array>): Promise<PeekedGzip> => {
  const peeked: Uint8Array[] = [];
  for (let size = 0; size < peekedBytes; ) {
    const next = await source.next();
    if (next.done) break;
    peeked.push(next.value);
    size += next.value.length;
  }
  const body = async function* () {
    yield* peeked.splice(0);
    yield* source;
  };
  return { hasSeveralMembers: await hasSecondMember(peeked), body: body() };
};

/** Whether a second member begins within these bytes. Most uploads do not contain its magic number at all. */
const hasSecondMember = async (peeked: readonly Uint8Array[]): Promise<boolean> => {
  const start = Buffer.concat(peeked);
  if (!start.includes(memberMagicNumber, minMemberBytes)) return false;
  const stream = createGunzip(strictGunzipOptions);
  let mappedError: Error | undefined;
  const codec = zlibCodec(stream, (error) => {
    mappedError = error;
    return error;
  });
  try {
    // The output is discarded, so that a decompression bomb only costs time, on zlib's own thread.
    for await (const _ of codec.push(start));
  } catch (error) {
    if (error !== mappedError) throw error;
    // Any other error is reported when the upload itself is checked.
    return (
      describeGzipError(error) === trailingJunk &&
      start.indexOf(memberMagicNumber, stream.bytesWritten) === stream.bytesWritten
    );
  } finally {
    codec.destroy();
  }
  return false;
};

/**
 * Decompresses all members. Node ignores zero padding after the last one and everything after the padding, which is
 * an error here. Throws BadContent.
 */
export const gunzipMembers = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: zlibChunkSize });
  const codec = zlibCodec(stream, mapGzipError);
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      yield* codec.push(chunk);
    }
    yield* codec.end();
  } finally {
    codec.destroy();
  }
  if (stream.bytesWritten !== size)
    throw new BadContent(
      `This upload is not a complete gzip file: ${trailingJunk}. Compress it again and retry.`,
    );
};
