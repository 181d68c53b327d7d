import { createGunzip } from "node:zlib";
import { BadContent } from "../../../domain/failure.ts";
import { gzipFault, strictGunzip, trailingJunk, zlibChunkSize } from "./gzip-fault.ts";
import { zlibCoder } from "./zlib-coder.ts";

/** How each member begins (RFC 1952 section 2.3.1). */
const memberMagic = Buffer.from([0x1f, 0x8b, 0x08]);
const shortestMember = 18;

/**
 * Bytes of an upload that are held back until it is known whether its first member ends among them: bgzip's have
 * 64 KiB at most (SAM specification section 4.1), and those of parallel compressors are as small.
 */
const heldBytes = 65_536 + shortestMember;

export const badGzip = (error: Error): Error => {
  const fault = gzipFault(error);
  return fault === undefined
    ? error
    : new BadContent(`This upload is not a complete gzip file: ${fault}. Compress it again and retry.`, {
        cause: error,
      });
};

/** An upload whose beginning is known, and that can still be read from there. */
export interface Begun {
  readonly hasSeveralMembers: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** @param source is closed by whoever reads the body, or left as it is when this throws. */
export const beginGzip = async (source: AsyncGenerator<Uint8Array>): Promise<Begun> => {
  const held: Uint8Array[] = [];
  for (let size = 0; size < heldBytes; ) {
    const next = await source.next();
    if (next.done) break;
    held.push(next.value);
    size += next.value.length;
  }
  const body = async function* () {
    yield* held.splice(0);
    yield* source;
  };
  return { hasSeveralMembers: await endsWithin(held), body: body() };
};

/** Whether another member follows the first one here; in most uploads a search tells. */
const endsWithin = async (held: readonly Uint8Array[]): Promise<boolean> => {
  const beginning = Buffer.concat(held);
  if (!beginning.includes(memberMagic, shortestMember)) return false;
  const stream = createGunzip(strictGunzip);
  let fault: Error | undefined;
  const coder = zlibCoder(stream, (error) => {
    fault = error;
    return error;
  });
  try {
    // What it unpacks to is not kept: a bomb costs time in zlib's own thread, for so few bytes.
    for await (const _ of coder.push(beginning));
  } catch (error) {
    if (error !== fault) throw error;
    // Every other fault is found, and told, when the upload is checked.
    return (
      gzipFault(error) === trailingJunk &&
      beginning.indexOf(memberMagic, stream.bytesWritten) === stream.bytesWritten
    );
  } finally {
    coder.destroy();
  }
  return false;
};

/** Unpacks all members. Node's own way passes over zeros behind the last one, and over what is behind those. */
export const unpackedMembers = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: zlibChunkSize });
  const coder = zlibCoder(stream, badGzip);
  let size = 0;
  try {
    for await (const piece of body) {
      size += piece.length;
      yield* coder.push(piece);
    }
    yield* coder.end();
  } finally {
    coder.destroy();
  }
  if (stream.bytesWritten !== size)
    throw new BadContent(
      `This upload is not a complete gzip file: ${trailingJunk}. Compress it again and retry.`,
    );
};
