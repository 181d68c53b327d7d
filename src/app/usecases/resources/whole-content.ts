import { UnusableObject } from "../../../domain/failure.ts";
import type { StoredObject } from "../../../domain/resources/stored-object.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";

/** In bytes. */
const firstSize = 65_536;

/**
 * A stored object's decompressed bytes, all at once: for the few things that must be read whole.
 * Throws UnusableObject above `limit` bytes, in the words of `tooLarge`.
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
    // The old memory is free at once, and not when it comes to it.
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
