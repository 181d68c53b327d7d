import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { ETag } from "../../domain/resources/stored-object.ts";
import type { WriteLock } from "../../ports/driven/sessions/lock.ts";
import type { S3Connection } from "./connection.ts";
import { isPreconditionFailure } from "./store-failure.ts";

/** The requests that change which objects are visible. */
export type WriteOperation = "put" | "complete" | "delete";

/** A conditional header, and the request that carries it. */
export type Condition = `${WriteOperation} If-Match` | `${Exclude<WriteOperation, "delete">} If-None-Match`;

/** How a store expects entity tags in If-Match: Ceph RGW 16 never matches quoted ones. */
export type ETagFormat = "quoted" | "unquoted";

/** The conditions that a store supports; it ignores or rejects all others. */
export type SupportedConditions = ReadonlyMap<Condition, ETagFormat>;

export const allConditions: readonly Condition[] = [
  "put If-None-Match",
  "put If-Match",
  "complete If-None-Match",
  "complete If-Match",
  "delete If-Match",
];

/** The object's tag, which has to be the same at the end of a write as before it; undefined: there is no object. */
export interface ExpectedState {
  readonly etag: ETag | undefined;
}

/** Conditions as the SDK's commands take them. */
export interface ConditionHeaders {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: "*";
}

export const formatETag = (format: ETagFormat, etag: string): string =>
  format === "quoted" ? etag : etag.replaceAll('"', "");

/** The object is not in the expected state; nothing was changed. */
export class PreconditionFailed extends Error {}

export interface ConditionalWrite {
  readonly key: ObjectKey;
  readonly expected: ExpectedState;
  readonly operation: WriteOperation;
  readonly signal: AbortSignal;
}

export interface WriteContext {
  readonly connection: S3Connection;
  readonly lock: WriteLock;
  /** Undefined while the probe has no result. */
  readonly supportedConditions: () => SupportedConditions | undefined;
  /** The object's present tag; undefined: there is no object. */
  readonly currentETag: (key: ObjectKey, signal: AbortSignal) => Promise<ETag | undefined>;
}

/**
 * The conditional headers that the store supports. While these are unknown only If-None-Match is sent: a store that
 * does not support it ignores it, but may reject If-Match because of its quotes.
 */
const conditionHeaders = (
  { etag }: ExpectedState,
  operation: WriteOperation,
  supported: SupportedConditions | undefined,
): ConditionHeaders => {
  if (etag === undefined) {
    const isSent = operation !== "delete" && (supported?.has(`${operation} If-None-Match`) ?? true);
    return isSent ? { IfNoneMatch: "*" } : {};
  }
  const format = supported?.get(`${operation} If-Match`);
  return format === undefined ? {} : { IfMatch: formatETag(format, etag) };
};

const sendWith = async <T>(
  headers: ConditionHeaders,
  send: (headers: ConditionHeaders) => Promise<T>,
): Promise<T> => {
  try {
    return await send(headers);
  } catch (error) {
    const isConditional = Object.keys(headers).length > 0;
    throw isConditional && isPreconditionFailure(error) ? new PreconditionFailed() : error;
  }
};

/**
 * Sends the request that makes a write visible, if the object is in the expected state. A store that supports every
 * condition checks that itself. With any other store all conditional writers take the object's lock and compare its
 * tag before they send: a writer that relied on the store alone could write between another's comparison and its
 * request.
 * Throws PreconditionFailed, StoreDown, and what `send` throws.
 */
export const sendIfUnchanged = async <T>(
  { connection, lock, supportedConditions, currentETag }: WriteContext,
  { key, expected, operation, signal }: ConditionalWrite,
  send: (headers: ConditionHeaders) => Promise<T>,
): Promise<T> => {
  const supported = supportedConditions();
  const headers = conditionHeaders(expected, operation, supported);
  if (supported?.size === allConditions.length) return sendWith(headers, send);
  const locked = await lock.withLock(key, connection.timeout, async ({ extend }) => {
    if ((await currentETag(key, signal)) !== expected.etag) throw new PreconditionFailed();
    if (!(await extend())) throw new StoreDown({ cause: new Error("The lock of this object was lost") });
    return sendWith(headers, send);
  });
  if (locked.outcome === "done") return locked.result;
  throw new StoreDown({ cause: new Error("Others have been writing this object for too long") });
};
