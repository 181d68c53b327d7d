import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { KeyPrefix } from "../../domain/object-key.ts";
import type { WriteLock } from "../../ports/driven/lock.ts";
import type { ResourceStore } from "../../ports/driven/resource-store.ts";
import type { Heeded } from "./condition.ts";
import type { S3Connection } from "./connection.ts";
import { read, stat } from "./objects.ts";
import { answerOf } from "./time-limit.ts";
import { lookThrough, remove, write } from "./writing.ts";

/** S3's way to write a key where XML could not hold it: a form's encoding. Undefined: it is none. */
const decodeKey = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};

const page = (
  connection: S3Connection,
  prefix: KeyPrefix,
  after: string | undefined,
  signal: AbortSignal,
) => {
  const command = new ListObjectsV2Command({
    Bucket: connection.bucket,
    Prefix: prefix,
    EncodingType: "url",
    ...(after === undefined ? {} : { ContinuationToken: after }),
  });
  return answerOf(connection, signal, (abortSignal) => connection.asking.send(command, { abortSignal }));
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

/** The right to list is asked for: without it the store says 403 of what is not there, and nothing can be believed. */
const ready = async (connection: S3Connection, signal: AbortSignal): Promise<void> => {
  const { asking, bucket } = connection;
  const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
  await answerOf(connection, signal, (abortSignal) => asking.send(command, { abortSignal }));
};

export interface S3StoreOptions {
  /** For writes with conditions that the store does not heed; shared by all instances. */
  readonly lock: WriteLock;
  /** The conditions that the store heeds; undefined: not known yet. */
  readonly heeded: () => Heeded | undefined;
}

/** Keeps objects in a bucket of S3 or of a store that speaks its protocol. */
export const s3ResourceStore = (connection: S3Connection, options: S3StoreOptions): ResourceStore => {
  const parts = { connection, look: lookThrough(connection), ...options };
  return {
    list: (prefix, signal) => list(connection, prefix, signal),
    stat: (key, signal) => stat(connection, key, signal),
    read: (key, signal) => read(connection, key, signal),
    write: (key, content, condition, signal) => write(parts, key, content, condition, signal),
    remove: (key, condition, signal) => remove(parts, key, condition, signal),
    ready: (signal) => ready(connection, signal),
  };
};
