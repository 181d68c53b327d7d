import type { JsonObject } from "../../../domain/brand.ts";
import type {
  RecordId,
  RecordKey,
  RecordKind,
  RecordVersion,
  StoredRecord,
} from "../../../domain/records/record.ts";

/**
 * Small durable JSON documents with compare-and-set. They are the truth, as durable as datasets, and every read shows
 * the last write. Each has its schema's version in `schema`, and is parsed by who reads it. Every method may throw
 * StoreDown, and rejects with the signal's reason when it is aborted.
 */
export interface Records {
  /** Undefined: there is none. One that is damaged is an outage: StoreDown, whose cause names its key. */
  read(key: RecordKey, signal: AbortSignal): Promise<StoredRecord | undefined>;
  /** Creates or replaces a record of 1 MB at most, as JSON. Throws RangeError above that. */
  write(
    key: RecordKey,
    value: JsonObject,
    expected: ExpectedRecord,
    signal: AbortSignal,
  ): Promise<RecordOutcome>;
  /** Removes a record; does nothing where there is none and none is expected. */
  remove(key: RecordKey, expected: ExpectedRecord, signal: AbortSignal): Promise<RecordOutcome>;
  /** Resolves when the store of the records is available. */
  ready(signal: AbortSignal): Promise<void>;
  /** The ids of all records of a kind that begin with `prefix`, in no particular order. */
  list(kind: RecordKind, prefix: string, signal: AbortSignal): AsyncIterable<RecordId>;
}

/** What has to be stored for a change to happen: whatever it is, nothing, or this version. */
export type ExpectedRecord = "any" | "absent" | RecordVersion;

/** "conflict": something else is stored, and nothing was changed. */
export type RecordOutcome = "done" | "conflict";
