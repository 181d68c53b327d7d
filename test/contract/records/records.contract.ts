import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { RecordKey, RecordVersion } from "../../../src/domain/records/record.ts";
import { encodeId, parseRecordId } from "../../../src/domain/records/record.ts";
import type { KeyPrefix, ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { Records } from "../../../src/ports/driven/records/records.ts";
import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";

export interface Harness {
  readonly records: Records;
  /** One more instance on the same data. */
  another(): Promise<Records>;
  /** What lies below, to damage it; `root` is where records begin there. */
  readonly store: ResourceStore;
  readonly root: string;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const writers = 20;

const id = (text: string) => parseRecordId(text) ?? expect.unreachable();
const newKey = (prefix = "p"): RecordKey => ({
  kind: "people",
  id: id(`${prefix}${randomBytes(8).toString("hex")}`),
});

/** Ids that disks, URLs and stores like to confuse. */
const awkwardIds = [
  "alice",
  "Alice",
  "alice@lab.example",
  "LAB\\alice",
  "a/b",
  "../../escape",
  ".hidden",
  "..",
  "a b+c%20d",
  "caf\u00e9",
  "cafe\u0301",
  "\u{1f9ec}",
  "con",
  "alice.json",
];

const onlyStoreDown = (error: unknown): "unknown" => {
  if (!(error instanceof StoreDown)) throw error;
  return "unknown";
};

export const recordsContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`Records in ${adapter}`, () => {
    let harness: Harness;
    let records: Records;
    beforeAll(async () => {
      harness = await open();
      ({ records } = harness);
    });
    afterAll(() => harness?.close());

    const contentOf = async (key: RecordKey, of = records): Promise<JsonObject | undefined> =>
      (await of.read(key, never))?.value;
    const versionOf = async (key: RecordKey): Promise<RecordVersion> =>
      (await records.read(key, never))?.version ?? expect.unreachable();
    const listed = async (prefix: string) =>
      (await Array.fromAsync(records.list("people", prefix, never))).sort();

    it("has nothing where nothing was written", async () => {
      expect(await records.read(newKey(), never)).toBeUndefined();
      expect(await listed("no such prefix")).toEqual([]);
      expect(await records.remove(newKey(), "any", never)).toBe("done");
    });

    it("shows every instance what any has written last", async () => {
      const key = newKey();
      const other = await harness.another();
      expect(await records.write(key, { schema: 1, list: [1, { two: "zwei é" }] }, "any", never)).toBe(
        "done",
      );
      expect(await contentOf(key, other)).toEqual({ schema: 1, list: [1, { two: "zwei é" }] });
      expect(await other.write(key, { schema: 1 }, "any", never)).toBe("done");
      expect(await contentOf(key)).toEqual({ schema: 1 });
      expect(await other.remove(key, "any", never)).toBe("done");
      expect(await contentOf(key)).toBeUndefined();
    });

    it("changes nothing unless what was expected is there", async () => {
      const key = newKey();
      expect(await records.write(key, { at: 1 }, "absent", never)).toBe("done");
      expect(await records.write(key, { at: 2 }, "absent", never)).toBe("conflict");
      const first = await versionOf(key);
      expect(await records.write(key, { at: 3 }, first, never)).toBe("done");
      expect(await versionOf(key)).not.toBe(first);
      expect(await records.write(key, { at: 4 }, first, never)).toBe("conflict");
      expect(await records.remove(key, first, never)).toBe("conflict");
      expect(await contentOf(key)).toEqual({ at: 3 });
      const last = await versionOf(key);
      expect(await records.remove(key, last, never)).toBe("done");
      expect(await records.write(key, { at: 5 }, last, never)).toBe("conflict");
      expect(await records.remove(key, last, never)).toBe("conflict");
      expect(await contentOf(key)).toBeUndefined();
    });

    it("keeps ids apart that look alike, and lists them by prefix", async () => {
      const prefix = randomBytes(8).toString("hex");
      const keys = awkwardIds.map((text): RecordKey => ({ kind: "people", id: id(`${prefix}/${text}`) }));
      for (const key of keys) await records.write(key, { id: key.id }, "absent", never);
      for (const key of keys) expect(await contentOf(key)).toEqual({ id: key.id });
      expect(await listed(`${prefix}/`)).toEqual(keys.map((key) => key.id).sort());
      expect(await listed(`${prefix}/caf`)).toHaveLength(2);
    });

    it(`lets one of ${writers} writers at once create a record`, async () => {
      const key = newKey();
      const instances = [records, await harness.another()];
      const outcomes = await Promise.all(
        Array.from({ length: writers }, (_, by) =>
          (instances[by % 2] ?? records).write(key, { by }, "absent", never),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
      expect(await contentOf(key)).toEqual({ by: outcomes.indexOf("done") });
    });

    it(`loses none of the changes of ${writers} writers at once that read again after a conflict`, async () => {
      const key = newKey();
      const instances = [records, await harness.another()];
      await records.write(key, { by: [] }, "absent", never);
      const add = async (by: number): Promise<void> => {
        const own = instances[by % 2] ?? records;
        for (;;) {
          const stored = (await own.read(key, never)) ?? expect.unreachable();
          const present = stored.value["by"] as number[];
          if (present.includes(by)) return;
          const writing = own.write(key, { by: [...present, by] }, stored.version, never);
          // Who has waited too long for the lock of a store without conditions is told so, and tries again.
          if ((await writing.catch(onlyStoreDown)) === "done") return;
        }
      };
      const numbers = Array.from({ length: writers }, (_, by) => by);
      await Promise.all(numbers.map(add));
      const { by } = (await contentOf(key)) as { by: number[] };
      expect(by.toSorted((a, b) => a - b)).toEqual(numbers);
    }, 60_000);

    it("takes a record of 1 MB, and refuses a larger one before anything is changed", async () => {
      const key = newKey();
      const large = { text: "x".repeat(999_989) };
      expect(await records.write(key, large, "absent", never)).toBe("done");
      expect(await contentOf(key)).toEqual(large);
      await expect(records.write(key, { text: "x".repeat(999_990) }, "any", never)).rejects.toThrow(
        RangeError,
      );
      expect(await contentOf(key)).toEqual(large);
    });

    it.each([
      ["cut off", '{"schema":1'],
      ["no object", '["alice"]'],
      ["empty", ""],
      ["too large", JSON.stringify({ text: "x".repeat(1_000_000) })],
    ])("tells one that is %s as an outage with its key, never as none", async (_, text) => {
      const key = newKey();
      const objectKey = `${harness.root}people/${encodeId(key.id)}.json` as ObjectKey;
      const body = (async function* () {
        if (text !== "") yield Buffer.from(text);
      })();
      await harness.store.write(
        objectKey,
        { contentType: "application/json", body },
        { kind: "none" },
        never,
      );
      const failure = await records.read(key, never).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StoreDown);
      expect((failure as StoreDown).cause).toHaveProperty("message", expect.stringContaining(objectKey));
    });

    it("passes over objects that are no records in a list", async () => {
      const prefix = randomBytes(8).toString("hex");
      const folder = `${harness.root}people/` as KeyPrefix;
      for (const name of [`${prefix}.txt`, `${prefix}%zz.json`, `${prefix} a.json`]) {
        const body = (async function* () {
          yield Buffer.from("{}");
        })();
        await harness.store.write(
          `${folder}${name}` as ObjectKey,
          { contentType: "application/json", body },
          { kind: "none" },
          never,
        );
      }
      expect(await listed(prefix)).toEqual([]);
    });

    it("rejects with the signal's reason", async () => {
      const reason = new Error("left");
      const gone = AbortSignal.abort(reason);
      await expect(records.read(newKey(), gone)).rejects.toBe(reason);
      await expect(records.write(newKey(), {}, "any", gone)).rejects.toBe(reason);
      await expect(records.remove(newKey(), "any", gone)).rejects.toBe(reason);
      await expect(Array.fromAsync(records.list("people", "", gone))).rejects.toBe(reason);
    });
  });
};
