import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { ObjectMetadata, StoredObject } from "../../domain/resources/stored-object.ts";
import type { S3Connection } from "./connection.ts";
import { downloadOf } from "./download.ts";
import { metadataOf } from "./object-metadata.ts";
import { isMissing, isMissingByHead, isOpenByHead } from "./store-failure.ts";
import { answerOf } from "./time-limit.ts";

/** What the store is asked for with an object; undefined when that is not there. */
const find = <T>(
  connection: S3Connection,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
  isNotThere = isMissing,
): Promise<T | undefined> =>
  answerOf<T | undefined>(connection, signal, (limited) =>
    ask(limited).catch((error: unknown) => {
      if (isNotThere(error)) return undefined;
      throw error;
    }),
  );

/** Undefined: there is none. */
export const read = async (
  connection: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<StoredObject | undefined> => {
  const { reading, bucket } = connection;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  const answer = await find(connection, signal, (abortSignal) => reading.send(command, { abortSignal }));
  if (answer === undefined) return undefined;
  const { Body: body } = answer;
  if (!(body instanceof Readable))
    throw new StoreDown({ cause: new Error("The store's answer has no body.") });
  try {
    const metadata = metadataOf(answer);
    return { ...metadata, body: downloadOf(body, metadata.size, signal) };
  } catch (error) {
    body.destroy();
    throw error;
  }
};

/**
 * Undefined: there is none. A 403 of HEAD has no body that would say what is refused, and a 404 none that would tell the
 * store's own from that of a proxy before it; GET's has, and its answer counts. Its body is left unread.
 */
export const stat = async (
  connection: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<ObjectMetadata | undefined> => {
  const command = new HeadObjectCommand({ Bucket: connection.bucket, Key: key });
  const ask = (abortSignal: AbortSignal) =>
    connection.asking.send(command, { abortSignal }).catch((error: unknown) => {
      if (isOpenByHead(error)) return "open" as const;
      throw error;
    });
  const headers = await find(connection, signal, ask, isMissingByHead);
  if (headers !== "open") return headers && metadataOf(headers);
  const object = await read(connection, key, signal);
  if (object === undefined) return undefined;
  const { body, ...metadata } = object;
  await body[Symbol.asyncIterator]().return?.();
  return metadata;
};
