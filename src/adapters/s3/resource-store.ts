import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from "@aws-sdk/client-s3";
import { StoreDown } from "../../domain/failure.ts";
import type { KeyPrefix } from "../../domain/resources/object-key.ts";
import type { ResourceStore, StoreUsage } from "../../ports/driven/resources/resource-store.ts";
import type { WriteLock } from "../../ports/driven/sessions/lock.ts";
import type { SupportedConditions } from "./condition.ts";
import type { S3Connection } from "./connection.ts";
import { read, stat } from "./objects.ts";
import { withTimeout } from "./timeout.ts";
import { currentETagOn, remove, write } from "./writing.ts";

/**
 * Decodes `EncodingType=url`, which is form encoding, for keys that XML cannot represent. Undefined: it is malformed.
 */
const decodeKey = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};

const malformedList = (what: string): StoreDown =>
  new StoreDown({ cause: new Error(`The store's list ${what}`) });

/** Fetches one page of a list. A proxy's page or an empty body may have status 200, and is not an empty bucket. */
const fetchPage = async (
  connection: S3Connection,
  signal: AbortSignal,
  input: Omit<ListObjectsV2CommandInput, "Bucket">,
): Promise<ListObjectsV2CommandOutput> => {
  const command = new ListObjectsV2Command({ Bucket: connection.bucket, ...input });
  const page = await withTimeout(connection, signal, (abortSignal) =>
    connection.queryClient.send(command, { abortSignal }),
  );
  const { IsTruncated, Name, KeyCount } = page;
  if ((IsTruncated ?? Name ?? KeyCount) === undefined) throw malformedList("is none");
  return page;
};

/** The continuation token; undefined: this is the last page. */
const nextToken = ({ IsTruncated, NextContinuationToken: token }: ListObjectsV2CommandOutput) => {
  if (IsTruncated === true && token === undefined) throw malformedList("does not say where it goes on");
  return IsTruncated === false ? undefined : token;
};

/** A key that cannot be decoded is left out, so that the other objects can still be listed. */
const logUnreadableKey = ({ log }: S3Connection, prefix: KeyPrefix): void =>
  log.write({ event: "background", what: "listing objects", cause: `a key below ${prefix} cannot be read` });

/** All pages of a list. */
async function* pagesOf(
  connection: S3Connection,
  signal: AbortSignal,
  input: Omit<ListObjectsV2CommandInput, "Bucket">,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const seenTokens = new Set<string>();
  let token: string | undefined;
  do {
    const continuation = token === undefined ? {} : { ContinuationToken: token };
    const page = await fetchPage(connection, signal, { EncodingType: "url", ...input, ...continuation });
    yield page;
    token = nextToken(page);
    if (token !== undefined && seenTokens.has(token)) throw malformedList("begins anew after some pages");
    if (token !== undefined) seenTokens.add(token);
  } while (token !== undefined);
}

const decodedIn = ({ EncodingType }: ListObjectsV2CommandOutput, text: string): string | undefined =>
  EncodingType === "url" ? decodeKey(text) : text;

async function* list(
  connection: S3Connection,
  prefix: KeyPrefix,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for await (const page of pagesOf(connection, signal, { Prefix: prefix })) {
    for (const { Key: key = "" } of page.Contents ?? []) {
      const decoded = decodedIn(page, key);
      if (decoded === undefined || !decoded.startsWith(prefix)) logUnreadableKey(connection, prefix);
      // Some programs create an empty object under the prefix itself, to represent a folder.
      else if (decoded !== prefix) yield decoded.slice(prefix.length);
    }
  }
}

/** The store groups keys by their first part. */
async function* roots(connection: S3Connection, signal: AbortSignal): AsyncGenerator<string> {
  for await (const page of pagesOf(connection, signal, { Delimiter: "/" })) {
    for (const { Prefix: prefix = "" } of page.CommonPrefixes ?? []) {
      const decoded = decodedIn(page, prefix);
      if (decoded === undefined) logUnreadableKey(connection, "" as KeyPrefix);
      else yield decoded.slice(0, -1);
    }
  }
}

const usage = async (
  connection: S3Connection,
  prefix: KeyPrefix,
  signal: AbortSignal,
): Promise<StoreUsage> => {
  const sum = { objects: 0, bytes: 0 };
  for await (const { Contents: contents = [] } of pagesOf(connection, signal, { Prefix: prefix })) {
    sum.objects += contents.length;
    sum.bytes += contents.reduce((bytes, { Size = 0 }) => bytes + Size, 0);
  }
  return sum;
};

/** Checks that the bucket may be listed: without that right the store answers 403 instead of 404. */
const ready = async (connection: S3Connection, signal: AbortSignal): Promise<void> => {
  await fetchPage(connection, signal, { MaxKeys: 1 });
};

export interface S3StoreOptions {
  /** For conditional writes to a store that does not support every condition; shared by all instances. */
  readonly lock: WriteLock;
  /** The probe's result; undefined: there is none yet. */
  readonly supportedConditions: () => SupportedConditions | undefined;
}

/** Stores objects in a bucket of S3, or of a store with the same API. */
export const s3ResourceStore = (connection: S3Connection, options: S3StoreOptions): ResourceStore => {
  const context = { connection, currentETag: currentETagOn(connection), ...options };
  return {
    list: (prefix, signal) => list(connection, prefix, signal),
    roots: (signal) => roots(connection, signal),
    usage: (prefix, signal) => usage(connection, prefix, signal),
    stat: (key, signal) => stat(connection, key, signal),
    read: (key, signal) => read(connection, key, signal),
    write: (key, content, condition, signal) => write(context, key, content, condition, signal),
    remove: (key, condition, signal) => remove(context, key, condition, signal),
    ready: (signal) => ready(connection, signal),
  };
};
