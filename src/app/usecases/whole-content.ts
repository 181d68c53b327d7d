import { UnusableObject } from "../../domain/failure.ts";
import type { StoredObject } from "../../domain/stored-object.ts";
import type { Compression } from "../../ports/driven/compression.ts";

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
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new UnusableObject(tooLarge);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

export const wholeText = async (
  stored: StoredObject,
  compression: Compression,
  limit: number,
): Promise<string> => new TextDecoder().decode(await wholeContent(stored, compression, limit));
