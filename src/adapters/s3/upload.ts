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
import type { ConditionHeaders, Step } from "./condition.ts";
import { ConditionFailed } from "./condition.ts";
import type { S3Connection } from "./connection.ts";
import { asStoreDown } from "./store-failure.ts";
import type { UploadSource } from "./upload-source.ts";
import { uploadSource } from "./upload-source.ts";

/** The least that S3 takes, since one is held for each upload. 10 000 parts make 52 GB of gzip. */
const partSize = 5 * 1024 * 1024;

/** In milliseconds: how long a failed upload's caller waits for its parts to be discarded. */
const discardPatience = 500;

/** Sends the request that makes an upload visible, with the condition's headers, or throws ConditionFailed. */
export type Commit = <T>(
  step: Exclude<Step, "delete">,
  send: (headers: ConditionHeaders) => Promise<T>,
) => Promise<T>;

interface Target {
  readonly connection: S3Connection;
  readonly key: ObjectKey;
  readonly content: NewContent;
  readonly commit: Commit;
  readonly signal: AbortSignal;
}

/** A proxy's page, or nothing at all, comes with 200 as well; what has stored something says so. */
const named = (name: string | undefined, what: string): string => {
  if (name) return name;
  throw new StoreDown({ cause: new Error(`The store's answer to ${what} was no answer of S3's`) });
};

const objectOf = ({ connection, key, content }: Target) => ({
  Bucket: connection.bucket,
  Key: key,
  ContentType: content.contentType,
  ...(content.contentEncoding === undefined ? {} : { ContentEncoding: content.contentEncoding }),
});

const putWhole = async (target: Target, body: Uint8Array): Promise<void> => {
  const { connection, commit, signal } = target;
  const { ETag } = await commit("put", (headers) =>
    connection.writing.send(new PutObjectCommand({ ...objectOf(target), ...headers, Body: body }), {
      abortSignal: signal,
    }),
  );
  named(ETag, "an upload");
};

/** Discards a failed upload's parts; where the store is away, its lifecycle rule has to (deployment guide). */
const discard = async ({ connection, key }: Target, uploadId: string): Promise<void> => {
  const { writing, bucket, log } = connection;
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
  const done = writing.send(command).catch((cause: unknown) => {
    log.write({ event: "background", what: "discarding the parts of a failed upload", cause });
  });
  await Promise.race([done, sleep(discardPatience)]);
};

/** Sends one part after the other from the same memory: each was received by the store before the next is filled. */
const sendParts = async (target: Target, uploadId: string, part: Uint8Array, source: UploadSource) => {
  const { connection, key, signal } = target;
  const sent: CompletedPart[] = [];
  for (let size = part.length; size > 0; size = await source.fill(part)) {
    const number = sent.length + 1;
    const command = new UploadPartCommand({
      Bucket: connection.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      Body: part.subarray(0, size),
    });
    const { ETag, ChecksumCRC32 } = await connection.writing.send(command, { abortSignal: signal });
    sent.push({ PartNumber: number, ETag: named(ETag, "a part of an upload"), ChecksumCRC32 });
  }
  return sent;
};

const putInParts = async (target: Target, part: Uint8Array, source: UploadSource): Promise<void> => {
  const { connection, key, commit, signal } = target;
  const { writing, completing, bucket } = connection;
  const checksum = (await writing.config.requestChecksumCalculation()) === "WHEN_SUPPORTED";
  const begin = new CreateMultipartUploadCommand({
    ...objectOf(target),
    ...(checksum ? { ChecksumAlgorithm: "CRC32" } : {}),
  });
  const begun = await writing.send(begin, { abortSignal: signal });
  const uploadId = named(begun.UploadId, "the beginning of an upload");
  try {
    const parts = await sendParts(target, uploadId, part, source);
    const whole = { Bucket: bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts: parts } };
    const { ETag, Key } = await commit("complete", (headers) =>
      completing.send(new CompleteMultipartUploadCommand({ ...whole, ...headers }), { abortSignal: signal }),
    );
    // Ceph RGW 16 names the object, and leaves the tag empty.
    named(ETag || Key, "an upload");
  } catch (error) {
    await discard(target, uploadId);
    throw error;
  }
};

/**
 * Sends a body of unknown length, holding one part of it; the SDK's own lib-storage held 13 MB of each upload that
 * stood still (`npm run bench pressure`). Nothing is visible before the body has ended; when it throws, or the
 * signal is aborted, or the store fails, the parts are discarded.
 * Throws what the body threw, the signal's reason, or StoreDown.
 */
export const upload = async (
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
  const target: Target = { connection, key, content, commit, signal };
  try {
    // Memory that is not written to costs nothing, so a small object takes no more than it has.
    const part = Buffer.allocUnsafeSlow(partSize);
    const size = await source.fill(part);
    if (size < part.length) await putWhole(target, part.subarray(0, size));
    else await putInParts(target, part, source);
    return "done";
  } catch (error) {
    source.stop(error);
    if (signal.aborted) throw signal.reason;
    const fault = source.fault();
    if (fault) throw fault.error;
    if (error instanceof ConditionFailed) return "precondition-failed";
    throw asStoreDown(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};
