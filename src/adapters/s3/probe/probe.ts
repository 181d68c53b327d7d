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
import type { Condition, ConditionHeaders, Heeded, Step, TagForm } from "../condition.ts";
import { tagIn } from "../condition.ts";
import type { S3Connection } from "../connection.ts";
import { isForbidden, isRefusal } from "../store-failure.ts";

export interface Findings {
  readonly heeded: Heeded;
  /** Without the right to list, a store says 403 of what is not there. */
  readonly mayList: boolean;
}

/** No group can have this name, and so no address leads below it. */
export const probePrefix = ".groups-server/probe";

const body = "written to find out what this store does with conditions";
const foreignTag = '"00000000000000000000000000000000"';

/** In milliseconds: how long the end of a probe waits for its objects to be removed. */
const cleanupPatience = 2000;

type Send = (key: string, headers: ConditionHeaders) => Promise<unknown>;

/** The requests that carry conditions. All have the long time limit, since a store's first write may take its time. */
const sendersOn = (
  { completing: client, bucket: Bucket }: S3Connection,
  abortSignal: AbortSignal,
): Record<Step, Send> => {
  const limited = { abortSignal };
  const put: Send = (Key, headers) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: body, ...headers }), limited);

  const complete: Send = async (Key, headers) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }), limited);
    const upload = { Bucket, Key, UploadId };
    const part = new UploadPartCommand({ ...upload, PartNumber: 1, Body: body });
    try {
      const { ETag } = await client.send(part, limited);
      const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
      await client.send(new CompleteMultipartUploadCommand({ ...upload, ...parts, ...headers }), limited);
    } catch (error) {
      const discard = new AbortMultipartUploadCommand(upload);
      // What is left where this fails too is for the bucket's lifecycle rule (deployment guide).
      await client
        .send(discard, { abortSignal: AbortSignal.timeout(cleanupPatience) })
        .catch(() => undefined);
      throw error;
    }
  };

  const remove: Send = (Key, headers) =>
    client.send(new DeleteObjectCommand({ Bucket, Key, ...headers }), limited);

  return { put, complete, delete: remove };
};

/** Whether the store carried a request out. Everything but a definite answer is thrown. */
const isDone = async (request: Promise<unknown>): Promise<boolean> => {
  try {
    await request;
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
};

/** Heeded: the first of two writers creates the object, the second does not. */
const heedsAbsence = async (send: Send, key: string): Promise<boolean> => {
  const headers = { IfNoneMatch: "*" } as const;
  return (await isDone(send(key, headers))) && !(await isDone(send(key, headers)));
};

/** Heeded: nothing is done over another tag, and something over the right one. Undefined: it is not. */
const tagFormOf = async (
  send: Send,
  key: string,
  present: () => Promise<string>,
): Promise<TagForm | undefined> => {
  for (const form of ["quoted", "unquoted"] as const) {
    const tag = await present();
    if (await isDone(send(key, { IfMatch: tagIn(form, foreignTag) }))) return undefined;
    if (await isDone(send(key, { IfMatch: tagIn(form, tag) }))) return form;
  }
  return undefined;
};

const mayList = async ({ completing, bucket }: S3Connection, abortSignal: AbortSignal): Promise<boolean> => {
  try {
    await completing.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), { abortSignal });
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
};

/**
 * Finds out what the store does with conditions, on a few small objects of its own, which it removes again.
 * Throws whatever is no definite answer.
 */
export const probe = async (connection: S3Connection, signal: AbortSignal): Promise<Findings> => {
  const prefix = `${probePrefix}/${randomBytes(9).toString("base64url")}`;
  const send = sendersOn(connection, signal);
  const used: string[] = [];
  const newKey = (name: string): string => {
    used.push(`${prefix}/${name}`);
    return `${prefix}/${name}`;
  };

  const askAbsence = async (step: Exclude<Step, "delete">): Promise<[Condition, TagForm][]> =>
    (await heedsAbsence(send[step], newKey(`${step}-absent`))) ? [[`${step} If-None-Match`, "quoted"]] : [];

  const askTag = async (step: Step): Promise<[Condition, TagForm][]> => {
    const key = newKey(`${step}-matching`);
    const put = new PutObjectCommand({ Bucket: connection.bucket, Key: key, Body: body });
    const present = async () => {
      const { ETag: tag } = await connection.completing.send(put, { abortSignal: signal });
      if (!tag) throw new Error("The store's answer to an upload names no entity tag");
      return tag;
    };
    const form = await tagFormOf(send[step], key, present);
    return form === undefined ? [] : [[`${step} If-Match`, form]];
  };

  const cleanUp = async (): Promise<void> => {
    const abortSignal = AbortSignal.timeout(cleanupPatience);
    const remove = (Key: string) =>
      connection.completing.send(new DeleteObjectCommand({ Bucket: connection.bucket, Key }), {
        abortSignal,
      });
    await Promise.allSettled(used.map(remove));
  };

  try {
    const [listing, ...found] = await Promise.all([
      mayList(connection, signal),
      askAbsence("put"),
      askTag("put"),
      askAbsence("complete"),
      askTag("complete"),
      askTag("delete"),
    ]);
    return { heeded: new Map(found.flat()), mayList: listing };
  } finally {
    await cleanUp();
  }
};
