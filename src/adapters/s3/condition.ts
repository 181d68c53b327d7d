import { StoreDown } from "../../domain/failure.ts";
import type { ObjectKey } from "../../domain/resources/object-key.ts";
import type { ETag } from "../../domain/resources/stored-object.ts";
import type { WriteLock } from "../../ports/driven/sessions/lock.ts";
import type { S3Connection } from "./connection.ts";
import { isConditionFailure } from "./store-failure.ts";

/** The requests that change what is visible. */
export type Step = "put" | "complete" | "delete";

/** A condition, and the request that carries it. */
export type Condition = `${Step} If-Match` | `${Exclude<Step, "delete">} If-None-Match`;

/** How a store wants to have entity tags in If-Match; Ceph RGW 16 never finds those with quotes. */
export type TagForm = "quoted" | "unquoted";

/** The conditions that a store heeds; without an entry it ignores or refuses the condition. */
export type Heeded = ReadonlyMap<Condition, TagForm>;

export const allConditions: readonly Condition[] = [
  "put If-None-Match",
  "put If-Match",
  "complete If-None-Match",
  "complete If-Match",
  "delete If-Match",
];

/** What has to be there before a write, and still at its end; `undefined`: nothing. */
export interface Expected {
  readonly etag: ETag | undefined;
}

/** Conditions as the SDK takes them. */
export interface ConditionHeaders {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: "*";
}

export const tagIn = (form: TagForm, etag: string): string =>
  form === "quoted" ? etag : etag.replaceAll('"', "");

/** Something else is there than a write expects; nothing was changed. */
export class ConditionFailed extends Error {}

export interface Write {
  readonly key: ObjectKey;
  readonly expected: Expected;
  readonly step: Step;
  readonly signal: AbortSignal;
}

export interface ConditionParts {
  readonly connection: S3Connection;
  readonly lock: WriteLock;
  /** Undefined: not known yet. */
  readonly heeded: () => Heeded | undefined;
  /** The tag of what is there now. */
  readonly look: (key: ObjectKey, signal: AbortSignal) => Promise<ETag | undefined>;
}

/**
 * The condition's headers, where the store heeds them. As long as that is not known, If-None-Match alone is sent:
 * it does no harm where it is ignored, but If-Match may be refused for its quotes.
 */
const headersFor = ({ etag }: Expected, step: Step, heeded: Heeded | undefined): ConditionHeaders => {
  if (etag === undefined) {
    return step !== "delete" && (heeded?.has(`${step} If-None-Match`) ?? true) ? { IfNoneMatch: "*" } : {};
  }
  const form = heeded?.get(`${step} If-Match`);
  return form === undefined ? {} : { IfMatch: tagIn(form, etag) };
};

const sendWith = async <T>(
  headers: ConditionHeaders,
  send: (headers: ConditionHeaders) => Promise<T>,
): Promise<T> => {
  try {
    return await send(headers);
  } catch (error) {
    const isConditional = Object.keys(headers).length > 0;
    throw isConditional && isConditionFailure(error) ? new ConditionFailed() : error;
  }
};

/**
 * Sends the request that makes a write visible, if what is expected is there. A store that heeds every condition
 * sees to that. With any other, all writers with conditions take the object's lock, and look again before they
 * send: one that relied on the store would get in between another's look and its write.
 * Throws ConditionFailed, StoreDown, and what `send` throws.
 */
export const sendIfExpected = async <T>(
  { connection, lock, heeded: ask, look }: ConditionParts,
  { key, expected, step, signal }: Write,
  send: (headers: ConditionHeaders) => Promise<T>,
): Promise<T> => {
  const heeded = ask();
  const headers = headersFor(expected, step, heeded);
  if (heeded?.size === allConditions.length) return sendWith(headers, send);
  const held = await lock.withLock(key, connection.timeout, async ({ extend }) => {
    if ((await look(key, signal)) !== expected.etag) throw new ConditionFailed();
    if (!(await extend())) throw new StoreDown({ cause: new Error("The lock of this object was lost") });
    return sendWith(headers, send);
  });
  if (held.outcome === "done") return held.result;
  throw new StoreDown({ cause: new Error("Others have been writing this object for too long") });
};
