import type { Branded, Seconds } from "../brand.ts";

/** An entity tag with its quotes, as HTTP and S3 write it; opaque, always strong. */
export type ETag = Branded<"ETag">;

export interface ObjectMetadata {
  readonly contentType: string;
  /** The content coding of the stored bytes; absent: none. */
  readonly contentEncoding?: "gzip";
  /** Bytes as stored. */
  readonly size: number;
  readonly etag: ETag;
  readonly lastModified: Seconds;
}

export interface StoredObject extends ObjectMetadata {
  /** The stored bytes. The receiver reads them to their end, or calls `return()` on the iterator. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The precondition of a write (RFC 9110 sections 13.1.1 and 13.1.2). */
export type Precondition =
  | { readonly kind: "none" }
  /** `If-None-Match: *`. */
  | { readonly kind: "absent" }
  /** `If-Match: *`. */
  | { readonly kind: "present" }
  /** `If-Match: "…", "…"`. */
  | { readonly kind: "matches"; readonly etags: readonly ETag[] };

/** Whether the precondition holds for the present object's tag (`undefined`: there is no object). */
export const holds = (precondition: Precondition, current: ETag | undefined): boolean => {
  switch (precondition.kind) {
    case "none":
      return true;
    case "absent":
      return current === undefined;
    case "present":
      return current !== undefined;
    case "matches":
      return current !== undefined && precondition.etags.includes(current);
  }
};

const identitySuffix = ';identity"';

/**
 * The tag of the decompressed form of an object that is stored compressed: strong, and different from the
 * stored form's, since the bytes differ (RFC 9110 section 8.8.3.3).
 */
export const identityTag = (etag: ETag): ETag => etag.replace(/"$/, identitySuffix) as ETag;

/** The stored form's tag, from either form's. */
export const storedTag = (etag: ETag): ETag =>
  etag.endsWith(identitySuffix) ? (`${etag.slice(0, -identitySuffix.length)}"` as ETag) : etag;
