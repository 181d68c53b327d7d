import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Seconds } from "../../../domain/brand.ts";
import type { S3Connection } from "../connection.ts";
import { probePrefix } from "./probe.ts";

/** A probe takes minutes at the most; by then its objects are those of one that was killed. */
const leftOverAfter: Seconds = 3600;

/** Of one start; the next one goes on. */
const most = 1000;

/** Removes what probes have left that ended before they could. */
export const removeLeftovers = async (
  { completing: client, bucket: Bucket }: S3Connection,
  now: Seconds,
  abortSignal: AbortSignal,
): Promise<void> => {
  const listing = new ListObjectsV2Command({ Bucket, Prefix: `${probePrefix}/`, MaxKeys: most });
  const { Contents: objects = [] } = await client.send(listing, { abortSignal });
  for (const { Key, LastModified } of objects) {
    // What has no time is left: nobody knows whether another instance is using it.
    if (!Key || !LastModified || now - LastModified.getTime() / 1000 < leftOverAfter) continue;
    await client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
  }
};
