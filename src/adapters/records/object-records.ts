import type { JsonObject } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import { parseObject } from "../../domain/json-object.ts";
import type { RecordKey, RecordKind, RecordVersion } from "../../domain/records/record.ts";
import { decodeId, encodeId } from "../../domain/records/record.ts";
import type { KeyPrefix, ObjectKey } from "../../domain/resources/object-key.ts";
import type { ETag, Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { ExpectedRecord, RecordOutcome, Records } from "../../ports/driven/records/records.ts";
import type { ResourceStore, WriteOutcome } from "../../ports/driven/resources/resource-store.ts";

/** Of one record. */
const maxBytes = 1_000_000;

const ending = ".json";

const preconditionOf = (expected: ExpectedRecord): Precondition => {
  if (expected === "any") return { kind: "none" };
  // A version is the object's entity tag.
  return expected === "absent"
    ? { kind: "absent" }
    : { kind: "matches", etags: [expected as string as ETag] };
};

const outcomeOf = (outcome: WriteOutcome): RecordOutcome => (outcome === "done" ? "done" : "conflict");

const damaged = (key: ObjectKey, what: string): StoreDown =>
  new StoreDown({ cause: new Error(`The record ${key} ${what}. Restore it from a backup, or remove it.`) });

const wholeText = async (key: ObjectKey, { body }: StoredObject): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw damaged(key, "is larger than 1 MB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

async function* bodyOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Keeps records as objects, one each, so that they are as durable as data and compare-and-set is the store's own
 * condition on a write, or its lock where a bucket's store ignores conditions.
 * @param root The prefix of their keys: empty, or ends in a slash.
 */
export const objectRecords = (store: ResourceStore, root: string): Records => {
  const prefixOf = (kind: RecordKind) => `${root}${kind}/` as KeyPrefix;
  const keyOf = ({ kind, id }: RecordKey) => `${prefixOf(kind)}${encodeId(id)}${ending}` as ObjectKey;
  const content = (value: JsonObject) => {
    const bytes = Buffer.from(JSON.stringify(value));
    if (bytes.length > maxBytes) throw new RangeError("A record may have 1 MB at most.");
    return { contentType: "application/json", body: bodyOf(bytes) };
  };
  return {
    read: async (recordKey, signal) => {
      const key = keyOf(recordKey);
      const stored = await store.read(key, signal);
      if (!stored) return undefined;
      const value = parseObject(await wholeText(key, stored));
      if (!value) throw damaged(key, "is not a JSON object");
      return { value, version: stored.etag as string as RecordVersion };
    },
    write: async (key, value, expected, signal) =>
      outcomeOf(await store.write(keyOf(key), content(value), preconditionOf(expected), signal)),
    remove: async (key, expected, signal) =>
      outcomeOf(await store.remove(keyOf(key), preconditionOf(expected), signal)),
    ready: (signal) => store.ready(signal),
    async *list(kind, prefix, signal) {
      for await (const name of store.list(prefixOf(kind), signal)) {
        const id = name.endsWith(ending) ? decodeId(name.slice(0, -ending.length)) : undefined;
        if (id?.startsWith(prefix)) yield id;
      }
    },
  };
};
