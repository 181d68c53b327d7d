import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/object-key.ts";
import type { NewContent, WriteOutcome } from "../../ports/driven/resource-store.ts";
import type { ConditionHeaders, Step } from "./condition.ts";
import { ConditionFailed } from "./condition.ts";
import type { S3Connection } from "./connection.ts";
import { asStoreDown } from "./store-failure.ts";
import type { UploadSource } from "./upload-source.ts";
import { uploadSource } from "./upload-source.ts";

/** The least that S3 takes: a few of them are held for each upload. 10 000 parts make 52 GB of gzip. */
const partSize = 5 * 1024 * 1024;
/** A store takes a part faster than the content check brings it; a second one at once cost 15 MB an upload. */
const partsAtOnce = 1;

/** In milliseconds: how long a failed upload's caller waits for its parts to be discarded. */
const discardPatience = 500;

/** Sends the request that makes an upload visible, with the condition's headers, or throws ConditionFailed. */
export type Commit = <T>(
  step: Exclude<Step, "delete">,
  send: (headers: ConditionHeaders) => Promise<T>,
) => Promise<T>;

/** Discards a failed upload's parts; where the store is away, its lifecycle rule has to (deployment guide). */
const discard = async (
  { writing, log }: S3Connection,
  command: AbortMultipartUploadCommand,
): Promise<object> => {
  const done = writing.send(command).catch((cause: unknown) => {
    log.write({ event: "background", what: "discarding the parts of a failed upload", cause });
  });
  await Promise.race([done, sleep(discardPatience)]);
  return {};
};

/** A client for the library, which by itself would stop neither for a signal nor when one of its parts fails. */
const watchedClient = (
  connection: S3Connection,
  source: UploadSource,
  commit: Commit,
  signal: AbortSignal,
): S3Client => {
  const { writing, completing } = connection;
  const limited = { abortSignal: signal };
  const send = async (command: Parameters<S3Client["send"]>[0]) => {
    if (command instanceof AbortMultipartUploadCommand) return discard(connection, command);
    try {
      if (command instanceof PutObjectCommand) {
        return await commit("put", (headers) =>
          writing.send(new PutObjectCommand({ ...command.input, ...headers }), limited),
        );
      }
      if (command instanceof CompleteMultipartUploadCommand) {
        return await commit("complete", (headers) =>
          completing.send(new CompleteMultipartUploadCommand({ ...command.input, ...headers }), limited),
        );
      }
      return await writing.send(command, limited);
    } catch (error) {
      source.stop(error);
      throw error;
    }
  };
  return { config: writing.config, send } as unknown as S3Client;
};

/**
 * Sends a body of unknown length, holding about two parts of it. Nothing is visible before the body has
 * ended; when it throws, or the signal is aborted, or the store fails, the parts are discarded.
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
  const client = watchedClient(connection, source, commit, signal);
  const params = {
    Bucket: connection.bucket,
    Key: key,
    Body: source.stream,
    ContentType: content.contentType,
    ...(content.contentEncoding === undefined ? {} : { ContentEncoding: content.contentEncoding }),
  };
  try {
    const { ETag: tag } = await new Upload({ client, params, partSize, queueSize: partsAtOnce }).done();
    // A proxy's page, or nothing at all, comes with 200 as well; what has stored something names its tag.
    if (!tag)
      throw new StoreDown({ cause: new Error("The store's answer to an upload names no entity tag") });
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
