import { describe, expect, it } from "vitest";
import { withGzipDetection } from "../../../../src/app/usecases/resources/gzip-detection.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { ResourceStore } from "../../../../src/ports/driven/resources/resource-store.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";
import { signal, streamOf } from "./data-setup.ts";

const key = "blab/datasets/ncov.json" as ObjectKey;
const none = { kind: "none" } as const;
const bytes = (...values: number[]) => Uint8Array.from(values);
const gzip = bytes(0x1f, 0x8b, 8, 0, 1, 2, 3);

/** A store with one object, which counts the bodies that it opens and that are closed. */
const storeWith = async (chunks: readonly (string | Uint8Array)[], contentEncoding?: "gzip") => {
  const store = memoryResourceStore(manualClock());
  const opened = { bodies: 0, closed: 0 };
  const { read } = store;
  store.read = async (...of) => {
    const stored = await read(...of);
    if (!stored) return undefined;
    const { body } = stored;
    async function* watched() {
      opened.bodies += 1;
      try {
        yield* body;
      } finally {
        opened.closed += 1;
      }
    }
    return { ...stored, body: watched() };
  };
  const content = { contentType: "application/json", ...(contentEncoding && { contentEncoding }) };
  await store.write(key, { ...content, body: streamOf(...chunks) }, none, signal);
  return { store, opened };
};

const bytesOf = async (store: ResourceStore) => {
  const stored = await store.read(key, signal);
  return stored && [...Buffer.concat(await Array.fromAsync(stored.body))];
};

describe("what an object is by its content", () => {
  it.each([
    ["gzip in one chunk", [gzip], "gzip"],
    ["gzip whose chunks are of one byte", [...gzip].map((byte) => bytes(byte)), "gzip"],
    ["gzip behind an empty chunk", [bytes(), gzip], "gzip"],
    ["JSON", ['{"a":1}'], undefined],
    ["a text that begins half as gzip does", [bytes(0x1f), bytes(0x20, 0x8b)], undefined],
    ["a text that ends in gzip", [bytes(0x20, 0x1f, 0x8b)], undefined],
    ["empty", [], undefined],
    ["one byte of gzip", [bytes(0x1f)], undefined],
  ] as const)("%s: it is read whole, and its encoding is told", async (_, chunks, encoding) => {
    const store = withGzipDetection((await storeWith(chunks)).store);
    const whole = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    expect((await store.stat(key, signal))?.contentEncoding).toBe(encoding);
    expect((await store.read(key, signal))?.contentEncoding).toBe(encoding);
    expect(await bytesOf(store)).toEqual([...whole]);
  });

  it("is not looked into when its metadata say it", async () => {
    const { store, opened } = await storeWith(["not looked into"], "gzip");
    const known = withGzipDetection(store);
    expect(await known.stat(key, signal)).toEqual(await store.stat(key, signal));
    expect((await known.read(key, signal))?.contentEncoding).toBe("gzip");
    expect(opened.bodies).toBe(0);
  });

  it("needs no read for the metadata of what says it, or is not there", async () => {
    const { store } = await storeWith(["not looked into"], "gzip");
    store.read = () => Promise.reject(new Error("the object was read"));
    const known = withGzipDetection(store);
    expect(await known.stat(key, signal)).toMatchObject({ contentEncoding: "gzip" });
    expect(await known.stat("blab/datasets/nothing.json" as ObjectKey, signal)).toBeUndefined();
  });

  it("is told without the body, which is closed", async () => {
    const { store, opened } = await storeWith([gzip, gzip]);
    const told = await withGzipDetection(store).stat(key, signal);
    expect(told).toEqual({ ...(await store.stat(key, signal)), contentEncoding: "gzip" });
    expect(opened).toEqual({ bodies: 1, closed: 1 });
  });

  it("is nothing when it is not there, or no longer", async () => {
    const { store } = await storeWith([gzip]);
    const known = withGzipDetection(store);
    const { stat } = store;
    store.stat = async (...of) => {
      const metadata = await stat(...of);
      await store.remove(key, none, signal);
      return metadata;
    };
    expect(await known.stat(key, signal)).toBeUndefined();
    expect(await known.stat(key, signal)).toBeUndefined();
    expect(await known.read(key, signal)).toBeUndefined();
  });

  it("whose size is told wrong is read to its end", async () => {
    const { store } = await storeWith([bytes(0x1f)]);
    const { read } = store;
    store.read = async (...of) => {
      const stored = await read(...of);
      return stored && { ...stored, size: 2 };
    };
    const known = withGzipDetection(store);
    expect((await known.read(key, signal))?.contentEncoding).toBeUndefined();
    expect(await bytesOf(known)).toEqual([0x1f]);
  });
});

describe("a reader who leaves", () => {
  it("closes the store's body", async () => {
    const { store, opened } = await storeWith([gzip, gzip, gzip]);
    const stored = await withGzipDetection(store).read(key, signal);
    for await (const _ of stored?.body ?? []) break;
    expect(opened).toEqual({ bodies: 1, closed: 1 });
  });
});

describe("everything else", () => {
  it("is the store's own", async () => {
    const { store } = await storeWith([gzip]);
    const known = withGzipDetection(store);
    expect(await Array.fromAsync(known.list("blab/" as never, signal))).toEqual(["datasets/ncov.json"]);
    const content = { contentType: "text/plain", body: streamOf("new") };
    const absent = { kind: "absent" } as const;
    expect(await known.write(key, content, absent, signal)).toBe("precondition-failed");
    expect(await known.write(key, content, none, signal)).toBe("done");
    expect((await store.stat(key, signal))?.contentType).toBe("text/plain");
    expect(await known.remove(key, absent, signal)).toBe("precondition-failed");
    expect(await known.remove(key, none, signal)).toBe("done");
    expect(await store.stat(key, signal)).toBeUndefined();
    store.ready = () => Promise.reject(new Error("away"));
    await expect(known.ready(signal)).rejects.toThrow("away");
  });
});
