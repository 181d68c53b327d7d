import type { KeyPrefix, ObjectKey } from "../../../domain/resources/object-key.ts";
import type { ObjectMetadata, Precondition, StoredObject } from "../../../domain/resources/stored-object.ts";

/**
 * Stores objects by key, as S3 does, with strong consistency: every read shows the last write. Every method may throw
 * StoreDown, and rejects with the signal's reason when it is aborted.
 */
export interface ResourceStore {
  /** All file names below the prefix, without it, in the order of their UTF-8 bytes. */
  list(prefix: KeyPrefix, signal: AbortSignal): AsyncIterable<string>;
  /** The first parts of all keys that have more than one, each once, in no particular order. */
  roots(signal: AbortSignal): AsyncIterable<string>;
  /** How much lies below the prefix. */
  usage(prefix: KeyPrefix, signal: AbortSignal): Promise<StoreUsage>;
  /** Undefined: there is none. */
  stat(key: ObjectKey, signal: AbortSignal): Promise<ObjectMetadata | undefined>;
  /** Opens a snapshot of an object, which a concurrent write does not change. Undefined: there is none. */
  read(key: ObjectKey, signal: AbortSignal): Promise<StoredObject | undefined>;
  /**
   * Creates or replaces an object atomically, once the body has ended. A body that throws leaves the old object, and its
   * error is rethrown. The last of several writers wins.
   */
  write(
    key: ObjectKey,
    content: NewContent,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /** Removes an object; does nothing when there is none. */
  remove(key: ObjectKey, condition: Precondition, signal: AbortSignal): Promise<WriteOutcome>;
  /** Resolves when the store is available. */
  ready(signal: AbortSignal): Promise<void>;
}

export interface StoreUsage {
  readonly objects: number;
  /** As stored, which may be compressed. */
  readonly bytes: number;
}

export interface NewContent {
  readonly contentType: string;
  readonly contentEncoding?: "gzip";
  readonly body: AsyncIterable<Uint8Array>;
}

/** Whether the precondition held; if not, nothing was changed. */
export type WriteOutcome = "done" | "precondition-failed";
