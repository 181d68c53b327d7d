import { StoreDown, UnusableObject } from "../../domain/failure.ts";
import type { ETag, ObjectMetadata } from "../../domain/resources/stored-object.ts";

/** The headers that HeadObject and GetObject have in common. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

/** S3 itself gives objects this type that were stored without one. */
const defaultContentType = "binary/octet-stream";

/** Some stores keep `aws-chunked`, which describes how the upload was transferred and not the stored bytes. */
const parseContentEncoding = (header: string | undefined): "gzip" | undefined => {
  const codings = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => !["", "identity", "aws-chunked"].includes(coding));
  if (codings.length === 0) return undefined;
  if (codings.length === 1 && (codings[0] === "gzip" || codings[0] === "x-gzip")) return "gzip";
  throw new UnusableObject("This is stored in an encoding that the server does not know.");
};

/** @throws UnusableObject, StoreDown */
export const parseMetadata = (headers: ObjectHeaders): ObjectMetadata => {
  const { ETag: etag, ContentLength: size } = headers;
  if (etag === undefined || size === undefined) {
    // A proxy's page may have status 200 as well, and says nothing about the object.
    throw new StoreDown({ cause: new Error("The store's answer names no size or no entity tag") });
  }
  const encoding = parseContentEncoding(headers.ContentEncoding);
  return {
    contentType: headers.ContentType ?? defaultContentType,
    ...(encoding === undefined ? {} : { contentEncoding: encoding }),
    size,
    // S3's tags are strong; a proxy may have made this one weak.
    etag: etag.replace(/^W\//, "") as ETag,
    lastModified: (headers.LastModified?.getTime() ?? 0) / 1000,
  };
};
