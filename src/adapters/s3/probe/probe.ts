import { randomBytes } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type {
  Condition,
  ConditionHeaders,
  ETagFormat,
  SupportedConditions,
  WriteOperation,
} from "../condition.ts";
import { formatETag } from "../condition.ts";
import type { S3Connection } from "../connection.ts";
import { isConditionRejected, isForbidden } from "../store-failure.ts";

export interface ProbeResult {
  readonly supportedConditions: SupportedConditions;
  /** Without the right to list, a store answers 403 instead of 404 for objects that do not exist. */
  readonly canList: boolean;
}

/** No group can have this name, so nothing below it is served under any address. */
export const probePrefix = ".groups-server/probe";

const body = "written to find out what this store does with conditions";
const otherETag = '"00000000000000000000000000000000"';

/** In milliseconds: for removing the objects at the end of a probe. */
const cleanupTimeout = 2000;

type Send = (key: string, headers: ConditionHeaders) => Promise<unknown>;

/** The conditional requests, all on the client with the longest timeout, since a store's first write may be slow. */
const conditionalRequests = (
  { completionClient: client, bucket: Bucket }: S3Connection,
  abortSignal: AbortSignal,
): Record<WriteOperation, Send> => {
  const put: Send = (Key, headers) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: body, ...headers }), { abortSignal });

  const complete: Send = async (Key, headers) => {
    const create = new CreateMultipartUploadCommand({ Bucket, Key });
    const { UploadId } = await client.send(create, { abortSignal });
    const upload = { Bucket, Key, UploadId };
    const part = new UploadPartCommand({ ...upload, PartNumber: 1, Body: body });
    try {
      const { ETag } = await client.send(part, { abortSignal });
      const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
      const command = new CompleteMultipartUploadCommand({ ...upload, ...parts, ...headers });
      await client.send(command, { abortSignal });
    } catch (error) {
      const abort = new AbortMultipartUploadCommand(upload);
      // Where this fails too, the bucket's lifecycle rule removes the part (deployment guide).
      await client.send(abort, { abortSignal: AbortSignal.timeout(cleanupTimeout) }).catch(() => undefined);
      throw error;
    }
  };

  const remove: Send = (Key, headers) =>
    client.send(new DeleteObjectCommand({ Bucket, Key, ...headers }), { abortSignal });

  return { put, complete, delete: remove };
};

/** Whether the store carried out a request. Throws every error that is not a definite answer. */
const succeeds = async (request: Promise<unknown>): Promise<boolean> => {
  try {
    await request;
    return true;
  } catch (error) {
    if (isConditionRejected(error)) return false;
    throw error;
  }
};

/** Supported: the first of two writers creates the object, and the second does not. */
const supportsIfNoneMatch = async (send: Send, key: string): Promise<boolean> => {
  const headers = { IfNoneMatch: "*" } as const;
  return (await succeeds(send(key, headers))) && !(await succeeds(send(key, headers)));
};

/**
 * Supported: a request with another tag is rejected, and one with the object's tag succeeds. Undefined: it is not.
 */
const supportedIfMatchFormat = async (
  send: Send,
  key: string,
  putObject: () => Promise<string>,
): Promise<ETagFormat | undefined> => {
  for (const format of ["quoted", "unquoted"] as const) {
    const etag = await putObject();
    if (await succeeds(send(key, { IfMatch: formatETag(format, otherETag) }))) return undefined;
    if (await succeeds(send(key, { IfMatch: formatETag(format, etag) }))) return format;
  }
  return undefined;
};

const canList = async (
  { completionClient, bucket }: S3Connection,
  abortSignal: AbortSignal,
): Promise<boolean> => {
  try {
    await completionClient.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), { abortSignal });
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
};

/**
 * Finds out which conditions the store supports, with a few small objects, which it removes again.
 * Throws every error that is not a definite answer.
 */
export const probe = async (connection: S3Connection, signal: AbortSignal): Promise<ProbeResult> => {
  const { completionClient, bucket: Bucket } = connection;
  const prefix = `${probePrefix}/${randomBytes(9).toString("base64url")}`;
  const send = conditionalRequests(connection, signal);
  const usedKeys: string[] = [];
  const newKey = (name: string): string => {
    usedKeys.push(`${prefix}/${name}`);
    return `${prefix}/${name}`;
  };

  const probeIfNoneMatch = async (
    operation: Exclude<WriteOperation, "delete">,
  ): Promise<[Condition, ETagFormat][]> => {
    const isSupported = await supportsIfNoneMatch(send[operation], newKey(`${operation}-absent`));
    return isSupported ? [[`${operation} If-None-Match`, "quoted"]] : [];
  };

  const probeIfMatch = async (operation: WriteOperation): Promise<[Condition, ETagFormat][]> => {
    const key = newKey(`${operation}-matching`);
    const put = new PutObjectCommand({ Bucket, Key: key, Body: body });
    const putObject = async () => {
      const { ETag: etag } = await completionClient.send(put, { abortSignal: signal });
      if (!etag) throw new Error("The store's answer to an upload names no entity tag");
      return etag;
    };
    const format = await supportedIfMatchFormat(send[operation], key, putObject);
    return format === undefined ? [] : [[`${operation} If-Match`, format]];
  };

  const cleanUp = async (): Promise<void> => {
    const abortSignal = AbortSignal.timeout(cleanupTimeout);
    const remove = (Key: string) =>
      completionClient.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
    await Promise.allSettled(usedKeys.map(remove));
  };

  try {
    const [mayList, ...conditions] = await Promise.all([
      canList(connection, signal),
      probeIfNoneMatch("put"),
      probeIfMatch("put"),
      probeIfNoneMatch("complete"),
      probeIfMatch("complete"),
      probeIfMatch("delete"),
    ]);
    return { supportedConditions: new Map(conditions.flat()), canList: mayList };
  } finally {
    await cleanUp();
  }
};
