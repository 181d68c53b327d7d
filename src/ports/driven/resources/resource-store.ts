import type { KeyPrefix, ObjectKey } from "../../../domain/resources/object-key.ts";
import type { ObjectMetadata, Precondition, StoredObject } from "../../../domain/resources/stored-object.ts";

/**
 * Keeps objects under keys, as S3 does. Every read shows the store's present state. Every method may throw
 * StoreDown, and stops with the signal's reason when it is aborted.
 */
export interface ResourceStore {
  /** All file names below the prefix, without it, in the order of their UTF-8 bytes. */
  list(prefix: KeyPrefix, signal: AbortSignal): AsyncIterable<string>;
  /** Undefined: there is none. */
  stat(key: ObjectKey, signal: AbortSignal): Promise<ObjectMetadata | undefined>;
  /** Opens one state of an object; a write in the meantime does not mix into it. Undefined: there is none. */
  read(key: ObjectKey, signal: AbortSignal): Promise<StoredObject | undefined>;
  /**
   * Creates or replaces an object. It becomes visible as a whole, only after the body has ended; a body that
   * throws leaves the old state, and the error passes through. The last of several writers wins.
   */
  write(
    key: ObjectKey,
    content: NewContent,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /** Removes an object; nothing happens when it is not there. */
  remove(key: ObjectKey, condition: Precondition, signal: AbortSignal): Promise<WriteOutcome>;
  /** Returns when the store answers. */
  ready(signal: AbortSignal): Promise<void>;
}

export interface NewContent {
  readonly contentType: string;
  readonly contentEncoding?: "gzip";
  readonly body: AsyncIterable<Uint8Array>;
}

/** Whether the precondition held; if not, nothing was changed. */
export type WriteOutcome = "done" | "precondition-failed";
