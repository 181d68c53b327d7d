import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { ObjectMetadata, StoredObject } from "../../domain/resources/stored-object.ts";
import type { S3Connection } from "./connection.ts";
import { downloadBody } from "./download.ts";
import { parseMetadata } from "./object-metadata.ts";
import { isInconclusiveHead, isNotFound, isNotFoundByHead } from "./store-failure.ts";
import { withTimeout } from "./timeout.ts";

/** The response to a request for an object; undefined: there is no such object. */
const sendUnlessNotFound = <T>(
  connection: S3Connection,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
  isMissing = isNotFound,
): Promise<T | undefined> =>
  withTimeout<T | undefined>(connection, signal, (abortSignal) =>
    send(abortSignal).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    }),
  );

/** @see ResourceStore.read */
export const read = async (
  connection: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<StoredObject | undefined> => {
  const { downloadClient, bucket } = connection;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  const response = await sendUnlessNotFound(connection, signal, (abortSignal) =>
    downloadClient.send(command, { abortSignal }),
  );
  if (response === undefined) return undefined;
  const { Body: body } = response;
  if (!(body instanceof Readable))
    throw new StoreDown({ cause: new Error("The store's answer has no body.") });
  try {
    const metadata = parseMetadata(response);
    return { ...metadata, body: downloadBody(body, metadata.size, signal) };
  } catch (error) {
    body.destroy();
    throw error;
  }
};

/**
 * Sends HEAD, and GET where the answer is inconclusive: HEAD's has no body, which would say what a 403 denies, or
 * whether a 404 is the store's or a proxy's. GET's body is not read.
 * @see ResourceStore.stat
 */
export const stat = async (
  connection: S3Connection,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<ObjectMetadata | undefined> => {
  const command = new HeadObjectCommand({ Bucket: connection.bucket, Key: key });
  const send = (abortSignal: AbortSignal) =>
    connection.queryClient.send(command, { abortSignal }).catch((error: unknown) => {
      if (isInconclusiveHead(error)) return "inconclusive" as const;
      throw error;
    });
  const response = await sendUnlessNotFound(connection, signal, send, isNotFoundByHead);
  if (response !== "inconclusive") return response && parseMetadata(response);
  const object = await read(connection, key, signal);
  if (object === undefined) return undefined;
  const { body, ...metadata } = object;
  await body[Symbol.asyncIterator]().return?.();
  return metadata;
};
