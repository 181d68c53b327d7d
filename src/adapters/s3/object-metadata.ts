import { StoreDown, UnusableObject } from "../../domain/failure.ts";
import type { ETag, ObjectMetadata } from "../../domain/resources/stored-object.ts";

/** What HeadObject and GetObject both tell. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

/** What S3 itself says of objects that were stored without a type. */
const typeOfUntyped = "binary/octet-stream";

/** `aws-chunked` tells how an upload was sent and is no property of the bytes, but some stores keep it. */
const encodingOf = (header: string | undefined): "gzip" | undefined => {
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
export const metadataOf = (headers: ObjectHeaders): ObjectMetadata => {
  const { ETag: etag, ContentLength: size } = headers;
  if (etag === undefined || size === undefined) {
    // A proxy's page comes with 200 as well, and says nothing of the object.
    throw new StoreDown({ cause: new Error("The store's answer names no size or no entity tag") });
  }
  const encoding = encodingOf(headers.ContentEncoding);
  return {
    contentType: headers.ContentType ?? typeOfUntyped,
    ...(encoding === undefined ? {} : { contentEncoding: encoding }),
    size,
    // A proxy on the way may have made it weak; what the store gave was strong.
    etag: etag.replace(/^W\//, "") as ETag,
    lastModified: (headers.LastModified?.getTime() ?? 0) / 1000,
  };
};
