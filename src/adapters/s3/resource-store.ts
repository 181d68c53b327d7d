import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { KeyPrefix } from "../../domain/resources/object-key.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";
import type { WriteLock } from "../../ports/driven/sessions/lock.ts";
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

const broken = (what: string): StoreDown => new StoreDown({ cause: new Error(`The store's list ${what}`) });

/** Asks for a list. A proxy's page, or nothing at all, comes with 200 as well, and must not pass for an empty bucket. */
const page = async (
  connection: S3Connection,
  signal: AbortSignal,
  asked: Omit<ListObjectsV2CommandInput, "Bucket">,
): Promise<ListObjectsV2CommandOutput> => {
  const command = new ListObjectsV2Command({ Bucket: connection.bucket, ...asked });
  const answer = await answerOf(connection, signal, (abortSignal) =>
    connection.asking.send(command, { abortSignal }),
  );
  const { IsTruncated, Name, KeyCount } = answer;
  if ((IsTruncated ?? Name ?? KeyCount) === undefined) throw broken("is none");
  return answer;
};

/** Where the next page begins; undefined: this was the last one. */
const nextOf = ({ IsTruncated, NextContinuationToken: next }: ListObjectsV2CommandOutput) => {
  if (IsTruncated === true && next === undefined) throw broken("does not say where it goes on");
  return IsTruncated === false ? undefined : next;
};

/** One key that makes no sense is left out: the others are there all the same. */
const tellOddKey = ({ log }: S3Connection, prefix: KeyPrefix): void =>
  log.write({ event: "background", what: "listing objects", cause: `a key below ${prefix} cannot be read` });

async function* list(
  connection: S3Connection,
  prefix: KeyPrefix,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const begun = new Set<string>();
  let after: string | undefined;
  do {
    const asked = after === undefined ? {} : { ContinuationToken: after };
    const answer = await page(connection, signal, { Prefix: prefix, EncodingType: "url", ...asked });
    for (const { Key: key = "" } of answer.Contents ?? []) {
      const decoded = answer.EncodingType === "url" ? decodeKey(key) : key;
      if (decoded === undefined || !decoded.startsWith(prefix)) tellOddKey(connection, prefix);
      // Some programs mark folders with an empty object of the prefix's own name.
      else if (decoded !== prefix) yield decoded.slice(prefix.length);
    }
    after = nextOf(answer);
    if (after !== undefined && begun.has(after)) throw broken("begins anew after some pages");
    if (after !== undefined) begun.add(after);
  } while (after !== undefined);
}

/** The right to list is asked for: without it the store says 403 of what is not there, and nothing can be believed. */
const ready = async (connection: S3Connection, signal: AbortSignal): Promise<void> => {
  await page(connection, signal, { MaxKeys: 1 });
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
