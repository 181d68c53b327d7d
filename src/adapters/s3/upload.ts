import { setTimeout as sleep } from "node:timers/promises";
import type { CompletedPart } from "@aws-sdk/client-s3";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { NewContent, WriteOutcome } from "../../ports/driven/resources/resource-store.ts";
import type { ConditionHeaders, WriteOperation } from "./condition.ts";
import { PreconditionFailed } from "./condition.ts";
import type { S3Connection } from "./connection.ts";
import { asStoreDown } from "./store-failure.ts";
import type { UploadSource } from "./upload-source.ts";
import { uploadSource } from "./upload-source.ts";

/** In bytes: S3's minimum, since each upload buffers one part. S3's maximum of 10 000 parts makes 52 GB of gzip. */
const partSize = 5 * 1024 * 1024;

/** In milliseconds: how long a failed upload's caller waits for its parts to be removed. */
const abortTimeout = 500;

/** Sends the request that makes an upload visible, with conditional headers. Throws PreconditionFailed. */
export type Commit = <T>(
  operation: Exclude<WriteOperation, "delete">,
  send: (headers: ConditionHeaders) => Promise<T>,
) => Promise<T>;

interface Upload {
  readonly connection: S3Connection;
  readonly key: ObjectKey;
  readonly content: NewContent;
  readonly commit: Commit;
  readonly signal: AbortSignal;
}

/**
 * A store that has stored something names it; a proxy's error page, or an empty body, may have status 200 as well.
 */
const requireField = (value: string | undefined, request: string): string => {
  if (value) return value;
  throw new StoreDown({ cause: new Error(`The store's answer to ${request} was no answer of S3's`) });
};

const objectInput = ({ connection, key, content }: Upload) => ({
  Bucket: connection.bucket,
  Key: key,
  ContentType: content.contentType,
  ...(content.contentEncoding === undefined ? {} : { ContentEncoding: content.contentEncoding }),
});

const putObject = async (upload: Upload, body: Uint8Array): Promise<void> => {
  const { connection, commit, signal } = upload;
  const { ETag } = await commit("put", (headers) =>
    connection.uploadClient.send(new PutObjectCommand({ ...objectInput(upload), ...headers, Body: body }), {
      abortSignal: signal,
    }),
  );
  requireField(ETag, "an upload");
};

/** Removes a failed upload's parts. Where that fails, the bucket's lifecycle rule removes them (deployment guide). */
const abortUpload = async ({ connection, key }: Upload, uploadId: string): Promise<void> => {
  const { uploadClient, bucket, log } = connection;
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
  const aborted = uploadClient.send(command).catch((cause: unknown) => {
    log.write({ event: "background", what: "discarding the parts of a failed upload", cause });
  });
  await Promise.race([aborted, sleep(abortTimeout)]);
};

/** Sends all parts from one buffer, each after the store has received the one before. */
const sendParts = async (upload: Upload, uploadId: string, part: Uint8Array, source: UploadSource) => {
  const { connection, key, signal } = upload;
  const parts: CompletedPart[] = [];
  for (let size = part.length; size > 0; size = await source.fill(part)) {
    const partNumber = parts.length + 1;
    const command = new UploadPartCommand({
      Bucket: connection.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      Body: part.subarray(0, size),
    });
    const { ETag, ChecksumCRC32 } = await connection.uploadClient.send(command, { abortSignal: signal });
    parts.push({ PartNumber: partNumber, ETag: requireField(ETag, "a part of an upload"), ChecksumCRC32 });
  }
  return parts;
};

const multipartUpload = async (upload: Upload, part: Uint8Array, source: UploadSource): Promise<void> => {
  const { connection, key, commit, signal } = upload;
  const { uploadClient, completionClient, bucket } = connection;
  const hasChecksums = (await uploadClient.config.requestChecksumCalculation()) === "WHEN_SUPPORTED";
  const create = new CreateMultipartUploadCommand({
    ...objectInput(upload),
    ...(hasChecksums ? { ChecksumAlgorithm: "CRC32" } : {}),
  });
  const created = await uploadClient.send(create, { abortSignal: signal });
  const uploadId = requireField(created.UploadId, "the beginning of an upload");
  try {
    const parts = await sendParts(upload, uploadId, part, source);
    const input = { Bucket: bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts: parts } };
    const { ETag, Key } = await commit("complete", (headers) =>
      completionClient.send(new CompleteMultipartUploadCommand({ ...input, ...headers }), {
        abortSignal: signal,
      }),
    );
    // Ceph RGW 16 returns the key and an empty tag.
    requireField(ETag || Key, "an upload");
  } catch (error) {
    await abortUpload(upload, uploadId);
    throw error;
  }
};

/**
 * Uploads a body of unknown length, of which one part is in memory: the SDK's lib-storage held 13 MB of each stalled
 * upload (`npm run bench pressure`). The object becomes visible once the body has ended; when the body throws, the
 * signal is aborted or the store fails, the parts are removed.
 * Throws what the body threw, the signal's reason, or StoreDown.
 */
export const uploadObject = async (
  connection: S3Connection,
  key: ObjectKey,
  content: NewContent,
  commit: Commit,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const source = uploadSource(content.body);
  const onAbort = () => source.stop(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const upload: Upload = { connection, key, content, commit, signal };
  try {
    // The system allocates pages when they are written to, so a small object needs no more than its size.
    const part = Buffer.allocUnsafeSlow(partSize);
    const size = await source.fill(part);
    if (size < part.length) await putObject(upload, part.subarray(0, size));
    else await multipartUpload(upload, part, source);
    return "done";
  } catch (error) {
    source.stop(error);
    if (signal.aborted) throw signal.reason;
    const bodyError = source.bodyError();
    if (bodyError) throw bodyError.error;
    if (error instanceof PreconditionFailed) return "precondition-failed";
    throw asStoreDown(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};
