import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { Precondition } from "../../domain/resources/stored-object.ts";
import { holds } from "../../domain/resources/stored-object.ts";
import type { NewContent, WriteOutcome } from "../../ports/driven/resources/resource-store.ts";
import type { ConditionHeaders, ExpectedState, WriteContext } from "./condition.ts";
import { PreconditionFailed, sendIfUnchanged } from "./condition.ts";
import { stat } from "./objects.ts";
import { asStoreDown, isNoSuchKey } from "./store-failure.ts";
import { withTimeout } from "./timeout.ts";
import type { Commit } from "./upload.ts";
import { uploadObject } from "./upload.ts";

/**
 * The object's present state, if the precondition holds for it; undefined: it does not hold. S3's headers compare
 * with one tag, so the object has to stay in this state until the write, and `If-Match: *` fails too when somebody
 * replaces the object during the upload.
 */
const stateToExpect = async (
  { currentETag }: WriteContext,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<ExpectedState | undefined> => {
  const etag = await currentETag(key, signal);
  return holds(precondition, etag) ? { etag } : undefined;
};

const commitUnconditionally: Commit = (_, send) => send({});

/** @see ResourceStore.write */
export const write = async (
  context: WriteContext,
  key: ObjectKey,
  content: NewContent,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const { connection } = context;
  signal.throwIfAborted();
  if (precondition.kind === "none")
    return uploadObject(connection, key, content, commitUnconditionally, signal);
  const expected = await stateToExpect(context, key, precondition, signal);
  if (expected === undefined) return "precondition-failed";
  const commit: Commit = (operation, send) =>
    sendIfUnchanged(context, { key, expected, operation, signal }, send);
  return uploadObject(connection, key, content, commit, signal);
};

/** @see ResourceStore.remove */
export const remove = async (
  context: WriteContext,
  key: ObjectKey,
  precondition: Precondition,
  signal: AbortSignal,
): Promise<WriteOutcome> => {
  const { connection } = context;
  const { queryClient, bucket: Bucket } = connection;
  const send = (headers: ConditionHeaders) => {
    const command = new DeleteObjectCommand({ Bucket, Key: key, ...headers });
    return withTimeout(
      connection,
      signal,
      (abortSignal) => queryClient.send(command, { abortSignal }),
      unchanged,
    );
  };
  try {
    if (precondition.kind === "none") {
      const { $metadata } = await send({});
      // S3 answers 204. A proxy's page may have status 200, and then the object has not been deleted.
      if ($metadata.httpStatusCode !== 204 && (await context.currentETag(key, signal)) !== undefined) {
        throw new StoreDown({ cause: new Error("What the store says that it removed is still there") });
      }
      return "done";
    }
    const expected = await stateToExpect(context, key, precondition, signal);
    if (expected === undefined) return "precondition-failed";
    // Where there is no object already, there is nothing to delete.
    if (expected.etag !== undefined) {
      await sendIfUnchanged(context, { key, expected, operation: "delete", signal }, send);
    }
    return "done";
  } catch (error) {
    if (error instanceof PreconditionFailed) return "precondition-failed";
    if (isNoSuchKey(error)) return "done";
    throw signal.aborted ? signal.reason : asStoreDown(error);
  }
};

/** The store's own errors, which say whether a condition failed, are needed until `remove` maps them. */
const unchanged = (error: unknown): unknown => error;

/** @see WriteContext.currentETag */
export const currentETagOn =
  (connection: WriteContext["connection"]): WriteContext["currentETag"] =>
  async (key, signal) =>
    (await stat(connection, key, signal))?.etag;
