import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { KeyPrefix, ObjectKey } from "../../domain/object-key.ts";
import type { ETag, ObjectMetadata, Precondition, StoredObject } from "../../domain/stored-object.ts";
import { holds } from "../../domain/stored-object.ts";
import type { NewContent, ResourceStore, WriteOutcome } from "../../ports/driven/resource-store.ts";
import type { S3Connection } from "./connection.ts";
import { downloadOf } from "./download.ts";
import { metadataOf } from "./object-metadata.ts";
import { isConditionFailure, isMissing } from "./store-failure.ts";
import { answerOf } from "./time-limit.ts";
import type { WriteCondition } from "./upload.ts";
import { upload } from "./upload.ts";

/** S3's way to write a key where XML could not hold it: a form's encoding. Undefined: it is none. */
const decodeKey = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};

/** What the store is asked for with an object; undefined when that is not there. */
const find = <T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> =>
  answerOf<T | undefined>(signal, (limited) =>
    ask(limited).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    }),
  );

const stat = async (
  { asking, bucket }: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<ObjectMetadata | undefined> => {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
  const headers = await find(signal, (abortSignal) => asking.send(command, { abortSignal }));
  return headers && metadataOf(headers);
};

const read = async (
  { reading, bucket }: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<StoredObject | undefined> => {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  const answer = await find(signal, (abortSignal) => reading.send(command, { abortSignal }));
  if (answer === undefined) return undefined;
  const body = answer.Body as Readable;
  try {
    const metadata = metadataOf(answer);
    return { ...metadata, body: downloadOf(body, metadata.size, signal) };
  } catch (error) {
    body.destroy();
    throw error;
  }
};

const page = (
  { asking, bucket }: S3Connection,
  prefix: KeyPrefix,
  after: string | undefined,
  signal: AbortSignal,
) => {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    EncodingType: "url",
    ...(after === undefined ? {} : { ContinuationToken: after }),
  });
  return answerOf(signal, (abortSignal) => asking.send(command, { abortSignal }));
};

/** One key that makes no sense is left out: the others are there all the same. */
const tellOddKey = ({ log }: S3Connection, prefix: KeyPrefix): void =>
  log.write({ event: "background", what: "listing objects", cause: `a key below ${prefix} cannot be read` });

async function* list(
  connection: S3Connection,
  prefix: KeyPrefix,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const {
      Contents = [],
      NextContinuationToken,
      EncodingType,
    } = await page(connection, prefix, after, signal);
    for (const { Key: key = "" } of Contents) {
      const decoded = EncodingType === "url" ? decodeKey(key) : key;
      if (decoded === undefined || !decoded.startsWith(prefix)) tellOddKey(connection, prefix);
      // Some programs mark folders with an empty object of the prefix's own name.
      else if (decoded !== prefix) yield decoded.slice(prefix.length);
    }
    if (NextContinuationToken !== undefined && NextContinuationToken === after) {
      throw new StoreDown({ cause: new Error("The store's list begins anew with each page") });
    }
    after = NextContinuationToken;
  } while (after !== undefined);
}

/**
 * A precondition as S3 takes it, which knows one tag only: the present state has to hold, and then has to stay
 * until the write. So `If-Match: *` fails too when somebody replaces the object during the upload.
 */
const conditionFor = async (
  connection: S3Connection,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteCondition | undefined> => {
  if (precondition.kind === "none") return {};
  const current: ETag | undefined = (await stat(connection, key, signal))?.etag;
  if (!holds(precondition, current)) return undefined;
  return current === undefined ? { IfNoneMatch: "*" } : { IfMatch: current };
};

const write = async (
  connection: S3Connection,
  key: ObjectKey,
  content: NewContent,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  signal.throwIfAborted();
  const condition = await conditionFor(connection, key, precondition, signal);
  if (condition === undefined) return "precondition-failed";
  return upload(connection, key, content, condition, signal);
};

/**
 * AWS compares If-Match on DELETE too; many stores do not look at it, MinIO among them. There the state is
 * compared a moment before, and a write in that moment is lost.
 */
const remove = async (
  connection: S3Connection,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const { asking, bucket } = connection;
  const condition = await conditionFor(connection, key, precondition, signal);
  if (condition === undefined) return "precondition-failed";
  // Nothing is there, as was asked: nothing to do.
  if (condition.IfNoneMatch !== undefined) return "done";
  const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, ...condition });
  return answerOf<WriteOutcome>(signal, async (abortSignal) => {
    try {
      await asking.send(command, { abortSignal });
      return "done";
    } catch (error) {
      if (precondition.kind !== "none" && isConditionFailure(error)) return "precondition-failed";
      if (error instanceof S3ServiceException && error.name === "NoSuchKey") return "done";
      throw error;
    }
  });
};

/** The right to list is asked for: without it the store says 403 of what is not there, and nothing can be believed. */
const ready = async ({ asking, bucket }: S3Connection, signal: AbortSignal): Promise<void> => {
  const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
  await answerOf(signal, (abortSignal) => asking.send(command, { abortSignal }));
};

/** Keeps objects in a bucket of S3 or of a store that speaks its protocol. */
export const s3ResourceStore = (connection: S3Connection): ResourceStore => ({
  list: (prefix, signal) => list(connection, prefix, signal),
  stat: (key, signal) => stat(connection, key, signal),
  read: (key, signal) => read(connection, key, signal),
  write: (key, content, condition, signal) => write(connection, key, content, condition, signal),
  remove: (key, condition, signal) => remove(connection, key, condition, signal),
  ready: (signal) => ready(connection, signal),
});
