import type { JsonObject } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { RecordKey } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";

/** How a kind of record is parsed and serialised. */
export interface RecordFormat<T> {
  /** Undefined: it has another shape, be it damaged or of a newer version of the server. */
  readonly parse: (value: JsonObject) => T | undefined;
  readonly serialise: (value: T) => JsonObject;
}

/** How often a write is tried again when others write the same record. */
const maxAttempts = 20;

/** Parses a record. A damaged one is an outage of what it is about, told with its key. */
export const parseRecord = <T>(format: RecordFormat<T>, { kind, id }: RecordKey, value: JsonObject): T => {
  const parsed = format.parse(value);
  if (parsed !== undefined) return parsed;
  const what = `The record ${kind}/${id} has another shape. Restore it from a backup, or upgrade the server.`;
  throw new StoreDown({ cause: new Error(what) });
};

/**
 * Compare-and-set with retries: `change` gets what is stored and returns what shall be, or "unchanged"; it is called
 * again after a conflict, and may throw to give up. There is no delay, as each conflict means that a write succeeded.
 * Throws StoreDown when the store is away, when the record is damaged, and after too many conflicts.
 */
export const updateRecord = async <T>(
  records: Records,
  format: RecordFormat<T>,
  key: RecordKey,
  change: (stored: T | undefined) => T | "unchanged" | Promise<T | "unchanged">,
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const stored = await records.read(key, signal);
    const present = stored && parseRecord(format, key, stored.value);
    const wanted = await change(present);
    if (wanted === "unchanged") return;
    const outcome = await records.write(key, format.serialise(wanted), stored?.version ?? "absent", signal);
    if (outcome === "done") return;
  }
  throw new StoreDown({ cause: new Error(`too many writers on the record ${key.kind}/${key.id}`) });
};
