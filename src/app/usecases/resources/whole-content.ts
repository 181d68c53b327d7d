import { UnusableObject } from "../../../domain/failure.ts";
import type { StoredObject } from "../../../domain/resources/stored-object.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";

/** The buffer's initial size in bytes. */
const firstSize = 65_536;

/**
 * Reads a stored object into memory, decompressed: for the few that cannot be streamed.
 * Throws UnusableObject above `limit` bytes, with the message `tooLarge`.
 */
export const wholeContent = async (
  stored: StoredObject,
  compression: Compression,
  limit: number,
  tooLarge = "This stored file is too large to be read whole.",
): Promise<Uint8Array<ArrayBuffer>> => {
  const body = stored.contentEncoding === "gzip" ? compression.gunzip(stored.body) : stored.body;
  let whole = new ArrayBuffer(Math.min(limit, firstSize));
  let size = 0;
  for await (const chunk of body) {
    const end = size + chunk.length;
    if (end > limit) throw new UnusableObject(tooLarge);
    // transfer() frees the old buffer at once, not at the next collection.
    if (end > whole.byteLength) whole = whole.transfer(Math.min(limit, Math.max(end, 2 * whole.byteLength)));
    new Uint8Array(whole).set(chunk, size);
    size = end;
  }
  return new Uint8Array(whole.transfer(size));
};

export const wholeText = async (
  stored: StoredObject,
  compression: Compression,
  limit: number,
): Promise<string> => new TextDecoder().decode(await wholeContent(stored, compression, limit));
