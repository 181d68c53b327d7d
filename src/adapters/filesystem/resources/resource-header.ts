import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { ETag, ObjectMetadata } from "../../../domain/resources/stored-object.ts";
import type { Version } from "../slots/versioned-slot.ts";

/**
 * An object's file begins with a header, which is one line of JSON, followed by the object's content. The modification
 * time is known only when all content has been written; it then replaces a placeholder of the same length, since ISO
 * dates have 24 characters.
 */

const maxHeaderBytes = 16_384;
const newline = 0x0a;

export interface ContentTypes {
  readonly contentType: string;
  readonly contentEncoding?: "gzip";
}

export interface StoredHeader {
  readonly metadata: ObjectMetadata;
  /** Where the content begins, in bytes. */
  readonly offset: number;
}

export const headerLine = ({ contentType, contentEncoding }: ContentTypes, lastModified: Seconds): Buffer => {
  const date = new Date(Math.round(lastModified * 1000)).toISOString();
  const line = Buffer.from(`${JSON.stringify({ contentType, contentEncoding, lastModified: date })}\n`);
  if (line.length > maxHeaderBytes) throw new RangeError("A content type of this length cannot be stored.");
  return line;
};

/** A version serves as a strong entity tag, since versions are never reused. */
export const etagOf = (version: Version): ETag => `"${version}"` as ETag;

const headerSchema = z
  .object({
    contentType: z.string(),
    contentEncoding: z.literal("gzip").optional(),
    lastModified: z
      .string()
      .transform((date) => Date.parse(date) / 1000)
      .pipe(z.number()),
  })
  .transform(({ contentEncoding, ...header }) =>
    contentEncoding === undefined ? header : { ...header, contentEncoding },
  );

/** Reads the header of an open object file. @throws StoreDown if the file is damaged. */
export const readHeader = async (file: FileHandle, version: Version): Promise<StoredHeader> => {
  const { size } = await file.stat();
  const head = Buffer.alloc(Math.min(size, maxHeaderBytes));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const end = head.subarray(0, bytesRead).indexOf(newline);
  try {
    const header = headerSchema.parse(JSON.parse(head.toString("utf8", 0, Math.max(end, 0))));
    return {
      offset: end + 1,
      metadata: { ...header, size: size - (end + 1), etag: etagOf(version) },
    };
  } catch (cause) {
    throw new StoreDown({ cause: new Error("A stored object's first line is damaged.", { cause }) });
  }
};
