import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyPrefix, ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { ETag, Precondition, StoredObject } from "../../../src/domain/resources/stored-object.ts";
import type { ResourceStore, WriteOutcome } from "../../../src/ports/driven/resources/resource-store.ts";

export interface Harness {
  readonly store: ResourceStore;
  /** One more instance on the same data. */
  another(): Promise<ResourceStore>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const always: Precondition = { kind: "none" };
const absent: Precondition = { kind: "absent" };
const present: Precondition = { kind: "present" };
const matches = (...etags: ETag[]): Precondition => ({ kind: "matches", etags });
const foreign = '"0123456789abcdef"' as ETag;

const newPrefix = (): KeyPrefix => `g${randomBytes(8).toString("hex")}/datasets/` as KeyPrefix;
const newKey = (): ObjectKey => `${newPrefix()}ncov_19B.json` as ObjectKey;
const keyBelow = (prefix: KeyPrefix, name: string) => `${prefix}${name}` as ObjectKey;

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

const bytesOf = async (object: StoredObject | undefined): Promise<Buffer | undefined> =>
  object && Buffer.concat(await Array.fromAsync(object.body));

const json = (body: AsyncIterable<Uint8Array>) => ({ contentType: "application/json", body });

const put = (
  store: ResourceStore,
  key: ObjectKey,
  text: string,
  condition: Precondition = always,
): Promise<WriteOutcome> => store.write(key, json(chunks(text)), condition, never);

const textAt = async (store: ResourceStore, key: ObjectKey): Promise<string | undefined> =>
  (await bytesOf(await store.read(key, never)))?.toString();

const etagAt = async (store: ResourceStore, key: ObjectKey): Promise<ETag> => {
  const metadata = await store.stat(key, never);
  if (metadata === undefined) throw new Error(`There is nothing at ${key}.`);
  return metadata.etag;
};

/** Names that file systems, shells and URLs often confuse. */
const awkwardNames = [
  "plain.json",
  "Plain.json",
  "PLAIN.json",
  "with space.json",
  "a+b.json",
  "a%2Bb.json",
  "a%20b.json",
  "me@home~1.json",
  "colon:colon.json",
  "caf\u00e9.json",
  "cafe\u0301.json",
  "\u1e9e\u00df.json",
  "\u{1f9ec}.json",
  "\uff21.json",
  "#hash?query&and=equal.json",
  "'quotes\".json",
  "-rf.json",
  "..dots...json",
  `${"long-".repeat(40)}.json`,
  `${"\u00e9\u{1f9a0}".repeat(30)}.json`,
];

const inByteOrder = (names: readonly string[]): string[] =>
  names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

export const resourceStoreContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`ResourceStore in ${adapter}`, () => {
    let harness: Harness;
    let store: ResourceStore;
    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());

    describe("what there is", () => {
      const rootsBelow = async (prefix: string, from = store) =>
        (await Array.fromAsync(from.roots(never))).filter((root) => root.startsWith(prefix)).sort();

      it("is told by the first parts of keys, each once, in their letter case, until the last object is gone", async () => {
        const prefix = `r${randomBytes(8).toString("hex")}`;
        const roots = [`${prefix}-lab`, `${prefix}-LAB`, `${prefix} + é%20`, `${prefix}.x`];
        for (const root of roots) await put(store, `${root}/datasets/a.json` as ObjectKey, "{}");
        await put(store, `${prefix}-lab/group-logo.png` as ObjectKey, "{}");
        await put(store, `${prefix}-no-folder` as ObjectKey, "{}");
        expect(await rootsBelow(prefix, await harness.another())).toEqual(roots.toSorted());
        await store.remove(`${prefix}-LAB/datasets/a.json` as ObjectKey, always, never);
        expect(await rootsBelow(prefix)).not.toContain(`${prefix}-LAB`);
        await expect(Array.fromAsync(store.roots(AbortSignal.abort(new Error("left"))))).rejects.toThrow(
          "left",
        );
      });

      it("has as many bytes as its objects together", async () => {
        const prefix = newPrefix();
        expect(await store.usage(prefix, never)).toEqual({ objects: 0, bytes: 0 });
        await put(store, keyBelow(prefix, "a.json"), "12345");
        await put(store, keyBelow(prefix, "deeper/b.json"), "é");
        await put(store, keyBelow(prefix, "gone.json"), "12345");
        await store.remove(keyBelow(prefix, "gone.json"), always, never);
        await put(store, `${prefix.slice(0, -1)}-other/c.json` as ObjectKey, "12345");
        expect(await store.usage(prefix, never)).toEqual({ objects: 2, bytes: 7 });
      });
    });

    describe("reading and writing", () => {
      it("returns undefined for a key that was never written", async () => {
        const key = newKey();
        expect(await store.stat(key, never)).toBeUndefined();
        expect(await store.read(key, never)).toBeUndefined();
      });

      it("returns the bytes and types that were written, at every instance", async () => {
        const key = newKey();
        const bytes = randomBytes(300_000);
        const body = chunks(bytes.subarray(0, 10), bytes.subarray(10, 200_000), "", bytes.subarray(200_000));
        const content = {
          contentType: "text/markdown; charset=utf-8",
          contentEncoding: "gzip",
          body,
        } as const;
        expect(await store.write(key, content, always, never)).toBe("done");
        const object = await (await harness.another()).read(key, never);
        expect(object).toMatchObject({
          contentType: "text/markdown; charset=utf-8",
          contentEncoding: "gzip",
          size: 300_000,
        });
        expect((await bytesOf(object))?.equals(bytes)).toBe(true);
      });

      it("returns the same metadata without opening the object", async () => {
        const key = newKey();
        await put(store, key, "some text");
        const { body, ...metadata } = (await store.read(key, never)) ?? expect.unreachable();
        for await (const _ of body);
        expect(await store.stat(key, never)).toEqual(metadata);
        expect(metadata.etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
        expect(metadata.lastModified).toBeGreaterThan(1_000_000_000);
        expect(metadata).not.toHaveProperty("contentEncoding");
      });

      it("stores an empty object", async () => {
        const key = newKey();
        await store.write(key, json(chunks()), always, never);
        expect(await store.stat(key, never)).toMatchObject({ size: 0 });
        expect(await textAt(store, key)).toBe("");
      });

      it("replaces an object with its types, and changes its entity tag", async () => {
        const key = newKey();
        await store.write(
          key,
          { contentType: "text/plain", contentEncoding: "gzip", body: chunks("old") },
          always,
          never,
        );
        const before = await store.stat(key, never);
        await put(store, key, "newer");
        const after = await store.stat(key, never);
        expect(after).toMatchObject({ contentType: "application/json", size: 5 });
        expect(after).not.toHaveProperty("contentEncoding");
        expect(after?.etag).not.toBe(before?.etag);
        expect(after?.lastModified).toBeGreaterThanOrEqual(before?.lastModified ?? Number.NaN);
        expect(await textAt(store, key)).toBe("newer");
      });

      it("reads a snapshot while another state is written", async () => {
        const key = newKey();
        const old = Buffer.alloc(400_000, "o");
        await store.write(key, json(chunks(old)), always, never);
        const object = await store.read(key, never);
        const iterator = object?.body[Symbol.asyncIterator]() ?? expect.unreachable();
        const read: Uint8Array[] = [(await iterator.next()).value];
        await put(await harness.another(), key, "new");
        for (let step = await iterator.next(); !step.done; step = await iterator.next())
          read.push(step.value);
        expect(Buffer.concat(read).equals(old)).toBe(true);
        expect(await textAt(store, key)).toBe("new");
      });

      it("does not show an object before its body has ended", async () => {
        const key = newKey();
        await put(store, key, "old");
        const seen: (string | undefined)[] = [];
        async function* body() {
          yield Buffer.from("new, ");
          seen.push(await textAt(store, key));
          yield Buffer.from("complete");
          seen.push(await textAt(store, key));
        }
        await store.write(key, json(body()), always, never);
        expect(seen).toEqual(["old", "old"]);
        expect(await textAt(store, key)).toBe("new, complete");
      });

      it("leaves the old state when a body throws, and rethrows the error", async () => {
        const key = newKey();
        await put(store, key, "old");
        const etag = await etagAt(store, key);
        const fault = new Error("The upload broke off.");
        async function* body() {
          yield Buffer.from("half of ");
          throw fault;
        }
        await expect(store.write(key, json(body()), always, never)).rejects.toBe(fault);
        expect(await etagAt(store, key)).toBe(etag);
        expect(await textAt(store, key)).toBe("old");
        const nowhere = newKey();
        await expect(store.write(nowhere, json(body()), always, never)).rejects.toBe(fault);
        expect(await store.stat(nowhere, never)).toBeUndefined();
      });

      it("allows a reader to stop early, or before the first chunk", async () => {
        const key = newKey();
        await store.write(key, json(chunks(Buffer.alloc(200_000))), always, never);
        const first = (await store.read(key, never))?.body[Symbol.asyncIterator]();
        await first?.next();
        await first?.return?.();
        const second = (await store.read(key, never))?.body[Symbol.asyncIterator]();
        await second?.return?.();
        expect(await second?.next()).toMatchObject({ done: true });
      });

      it("removes an object, and does nothing when it is absent", async () => {
        const key = newKey();
        await put(store, key, "text");
        expect(await (await harness.another()).remove(key, always, never)).toBe("done");
        expect(await store.stat(key, never)).toBeUndefined();
        expect(await store.remove(key, always, never)).toBe("done");
        await put(store, key, "again");
        expect(await textAt(store, key)).toBe("again");
      });

      it("is ready", async () => {
        await store.ready(never);
      });
    });

    describe("preconditions", () => {
      it("creates an object only if it is absent", async () => {
        const key = newKey();
        expect(await put(store, key, "first", absent)).toBe("done");
        expect(await put(store, key, "second", absent)).toBe("precondition-failed");
        expect(await textAt(store, key)).toBe("first");
      });

      it("replaces an object only if it is present", async () => {
        const key = newKey();
        expect(await put(store, key, "first", present)).toBe("precondition-failed");
        expect(await store.stat(key, never)).toBeUndefined();
        await put(store, key, "second");
        expect(await put(store, key, "third", present)).toBe("done");
        expect(await textAt(store, key)).toBe("third");
      });

      it("replaces an object only if it has one of the given entity tags", async () => {
        const key = newKey();
        expect(await put(store, key, "first", matches(foreign))).toBe("precondition-failed");
        await put(store, key, "second");
        const etag = await etagAt(store, key);
        expect(await put(store, key, "third", matches(foreign))).toBe("precondition-failed");
        expect(await put(store, key, "fourth", matches())).toBe("precondition-failed");
        expect(await textAt(store, key)).toBe("second");
        expect(await put(store, key, "fifth", matches(foreign, etag))).toBe("done");
        expect(await put(store, key, "sixth", matches(etag))).toBe("precondition-failed");
        expect(await textAt(store, key)).toBe("fifth");
      });

      it("removes an object only if the condition holds", async () => {
        const key = newKey();
        expect(await store.remove(key, present, never)).toBe("precondition-failed");
        expect(await store.remove(key, matches(foreign), never)).toBe("precondition-failed");
        await put(store, key, "text");
        expect(await store.remove(key, matches(foreign), never)).toBe("precondition-failed");
        expect(await textAt(store, key)).toBe("text");
        expect(await store.remove(key, matches(await etagAt(store, key)), never)).toBe("done");
        expect(await store.stat(key, never)).toBeUndefined();
      });

      it("lets exactly one of twenty writers create an object", async () => {
        const key = newKey();
        const stores = await Promise.all(Array.from({ length: 20 }, () => harness.another()));
        const outcomes = await Promise.all(stores.map((each, n) => put(each, key, `writer ${n}`, absent)));
        expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
        expect(await textAt(store, key)).toBe(`writer ${outcomes.indexOf("done")}`);
      });

      it("lets exactly one of twenty writers replace a state, repeatedly", async () => {
        const key = newKey();
        await put(store, key, "start");
        const stores = await Promise.all(Array.from({ length: 20 }, () => harness.another()));
        for (let round = 0; round < 3; round++) {
          const condition = matches(await etagAt(store, key));
          const outcomes = await Promise.all(
            stores.map((each, n) => put(each, key, `${round} ${n}`, condition)),
          );
          expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
          expect(await textAt(store, key)).toBe(`${round} ${outcomes.indexOf("done")}`);
        }
      });

      it("lets all of several unconditional writers succeed, and stores one of their states whole", async () => {
        const key = newKey();
        const stores = await Promise.all(Array.from({ length: 10 }, () => harness.another()));
        const outcomes = await Promise.all(stores.map((each, n) => put(each, key, `${n}`.repeat(100_000))));
        expect(outcomes.every((outcome) => outcome === "done")).toBe(true);
        expect(await textAt(store, key)).toMatch(/^(\d)\1{99999}$/);
      });
    });

    describe("names", () => {
      it("distinguishes awkward names, and lists them in the order of their bytes", async () => {
        const prefix = newPrefix();
        for (const name of awkwardNames) await put(store, keyBelow(prefix, name), `I am ${name}`);
        for (const name of awkwardNames) {
          expect(await textAt(store, keyBelow(prefix, name))).toBe(`I am ${name}`);
        }
        expect(await Array.fromAsync(store.list(prefix, never))).toEqual(inByteOrder(awkwardNames));
      });

      it("distinguishes prefixes that differ only in letter case", async () => {
        const prefix = newPrefix();
        const upperCase = prefix.replace("g", "G") as KeyPrefix;
        await put(store, keyBelow(prefix, "a.json"), "small");
        await put(store, keyBelow(upperCase, "b.json"), "large");
        expect(await Array.fromAsync(store.list(prefix, never))).toEqual(["a.json"]);
        expect(await Array.fromAsync(store.list(upperCase, never))).toEqual(["b.json"]);
      });

      it("stores a key of a thousand bytes", async () => {
        const prefix = newPrefix();
        const name = `${`${"x".repeat(150)}/`.repeat(6)}end.json`.padEnd(1000 - prefix.length, "_");
        await put(store, keyBelow(prefix, name), "long");
        expect(await textAt(store, keyBelow(prefix, name))).toBe("long");
        expect(await Array.fromAsync(store.list(prefix, never))).toEqual([name]);
      });
    });

    describe("listing", () => {
      it("lists nothing below an unused prefix", async () => {
        expect(await Array.fromAsync(store.list(newPrefix(), never))).toEqual([]);
      });

      it("lists the names below the prefix and no others, with their slashes", async () => {
        const prefix = newPrefix();
        const group = prefix.replace("datasets/", "");
        const names = ["b.json", "a/c.json", "a/B/d.json", "a-z.json", "a.json", "a0.json"];
        for (const name of names) await put(store, keyBelow(prefix, name), name);
        await put(store, `${group}group-logo.png` as ObjectKey, "logo");
        await put(store, `${group}datasets-old/x.json` as ObjectKey, "other");
        await put(store, `${group}narratives/x.md` as ObjectKey, "narrative");
        expect(await Array.fromAsync(store.list(prefix, never))).toEqual(inByteOrder(names));
        const narratives = `${group}narratives/` as KeyPrefix;
        expect(await Array.fromAsync(store.list(narratives, never))).toEqual(["x.md"]);
      });

      it("lists no removed object, and a replaced one once", async () => {
        const prefix = newPrefix();
        for (const name of ["a", "b", "b", "c"]) await put(store, keyBelow(prefix, name), name);
        await store.remove(keyBelow(prefix, "a"), always, never);
        expect(await Array.fromAsync(store.list(prefix, never))).toEqual(["b", "c"]);
      });

      it("can be stopped early", async () => {
        const prefix = newPrefix();
        for (const name of ["a", "b", "c"]) await put(store, keyBelow(prefix, name), name);
        for await (const name of store.list(prefix, never)) {
          expect(name).toBe("a");
          break;
        }
      });
    });

    describe("abort signals", () => {
      const reason = new Error("The client has gone.");

      it("reject at once with the signal's reason when it is aborted beforehand", async () => {
        const key = newKey();
        await put(store, key, "text");
        const signal = AbortSignal.abort(reason);
        await expect(store.stat(key, signal)).rejects.toBe(reason);
        await expect(store.read(key, signal)).rejects.toBe(reason);
        await expect(store.write(key, json(chunks("new")), always, signal)).rejects.toBe(reason);
        await expect(store.remove(key, always, signal)).rejects.toBe(reason);
        await expect(store.ready(signal)).rejects.toBe(reason);
        await expect(Array.fromAsync(store.list(newPrefix(), signal))).rejects.toBe(reason);
        expect(await textAt(store, key)).toBe("text");
      });

      it("end a read half-way", async () => {
        const key = newKey();
        await store.write(key, json(chunks(Buffer.alloc(4_000_000))), always, never);
        const abort = new AbortController();
        const iterator = (await store.read(key, abort.signal))?.body[Symbol.asyncIterator]();
        await iterator?.next();
        abort.abort(reason);
        const readOn = async () => {
          while (!(await iterator?.next())?.done);
        };
        await expect(readOn()).rejects.toBe(reason);
      });

      it("end a write whose body stalls, and leave the old state", async () => {
        const key = newKey();
        await put(store, key, "old");
        const abort = new AbortController();
        async function* body() {
          yield Buffer.from("new");
          setTimeout(() => abort.abort(reason), 10);
          await new Promise(() => undefined);
        }
        await expect(store.write(key, json(body()), always, abort.signal)).rejects.toBe(reason);
        expect(await textAt(store, key)).toBe("old");
      });
    });
  });
};
