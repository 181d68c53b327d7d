import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Seconds } from "../../../domain/brand.ts";
import type { S3Connection } from "../connection.ts";
import { probePrefix } from "./probe.ts";

/** A probe takes some minutes at most, so older objects belong to one that was killed. */
const minAge: Seconds = 3600;

/** At each start; the next start removes the rest. */
const maxObjects = 1000;

/** Removes the objects of probes that were killed before they could do so. */
export const removeLeftovers = async (
  { completionClient: client, bucket: Bucket }: S3Connection,
  now: Seconds,
  abortSignal: AbortSignal,
): Promise<void> => {
  const listing = new ListObjectsV2Command({ Bucket, Prefix: `${probePrefix}/`, MaxKeys: maxObjects });
  const { Contents: objects = [] } = await client.send(listing, { abortSignal });
  for (const { Key, LastModified } of objects) {
    // Without a date an object is not removed, since another instance may be using it.
    if (!Key || !LastModified || now - LastModified.getTime() / 1000 < minAge) continue;
    await client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
  }
};
