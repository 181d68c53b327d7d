import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { ETag, Precondition } from "../../domain/resources/stored-object.ts";
import { holds } from "../../domain/resources/stored-object.ts";
import type { NewContent, WriteOutcome } from "../../ports/driven/resources/resource-store.ts";
import type { ConditionHeaders, ConditionParts, Expected } from "./condition.ts";
import { ConditionFailed, sendIfExpected } from "./condition.ts";
import { stat } from "./objects.ts";
import { asStoreDown, isNoSuchKey } from "./store-failure.ts";
import { answerOf } from "./time-limit.ts";
import type { Commit } from "./upload.ts";
import { upload } from "./upload.ts";

/**
 * What has to be there for a precondition to hold. S3 knows one tag only: the present state has to hold, and then
 * has to stay until the write. So `If-Match: *` fails too when somebody replaces the object during the upload.
 * Undefined: it does not hold.
 */
const expectedBy = async (
  { look }: ConditionParts,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<Expected | undefined> => {
  const etag: ETag | undefined = await look(key, signal);
  return holds(precondition, etag) ? { etag } : undefined;
};

const commitAlways: Commit = (_, send) => send({});

export const write = async (
  parts: ConditionParts,
  key: ObjectKey,
  content: NewContent,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  signal.throwIfAborted();
  if (precondition.kind === "none") return upload(parts.connection, key, content, commitAlways, signal);
  const expected = await expectedBy(parts, key, precondition, signal);
  if (expected === undefined) return "precondition-failed";
  const commit: Commit = (step, send) => sendIfExpected(parts, { key, expected, step, signal }, send);
  return upload(parts.connection, key, content, commit, signal);
};

export const remove = async (
  parts: ConditionParts,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const { connection } = parts;
  const { asking, bucket: Bucket } = connection;
  const send = (headers: ConditionHeaders) => {
    const command = new DeleteObjectCommand({ Bucket, Key: key, ...headers });
    return answerOf(connection, signal, (abortSignal) => asking.send(command, { abortSignal }), asItIs);
  };
  try {
    if (precondition.kind === "none") {
      const { $metadata } = await send({});
      // S3 answers 204. A proxy's page comes with 200, and has removed nothing.
      if ($metadata.httpStatusCode !== 204 && (await parts.look(key, signal)) !== undefined) {
        throw new StoreDown({ cause: new Error("What the store says that it removed is still there") });
      }
      return "done";
    }
    const expected = await expectedBy(parts, key, precondition, signal);
    if (expected === undefined) return "precondition-failed";
    // Nothing is there, as was asked: nothing to do.
    if (expected.etag !== undefined) {
      await sendIfExpected(parts, { key, expected, step: "delete", signal }, send);
    }
    return "done";
  } catch (error) {
    if (error instanceof ConditionFailed) return "precondition-failed";
    if (isNoSuchKey(error)) return "done";
    throw signal.aborted ? signal.reason : asStoreDown(error);
  }
};

const asItIs = (error: unknown): unknown => error;

/** @see ConditionParts.look */
export const lookThrough =
  (connection: ConditionParts["connection"]): ConditionParts["look"] =>
  async (key, signal) =>
    (await stat(connection, key, signal))?.etag;
