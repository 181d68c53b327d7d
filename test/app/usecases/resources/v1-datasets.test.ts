import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readV1 } from "../../../../src/app/usecases/resources/v1-datasets.ts";
import { Busy, StoreDown, UnusableObject } from "../../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { Resource } from "../../../../src/domain/resources/resource.ts";
import type { ETag } from "../../../../src/domain/resources/stored-object.ts";
import { publicGroup } from "../../../domain/sample.ts";
import { dataSetup, signal, streamOf } from "./data-setup.ts";

const resource: Resource = { kind: "dataset", group: publicGroup.name, parts: ["ncov"] };

const setup = async () => {
  const d = dataSetup();
  await d.put("blab/datasets/ncov_meta.json", "{}");
  await d.put("blab/datasets/ncov_tree.json", "{}");
  return { ...d, read: () => readV1(d, resource, (run) => run(), signal) };
};

describe("a v1 dataset", () => {
  it.each(["meta", "tree"])(
    "is as old as its younger file, here %s, and as long as it is compressed",
    async (younger) => {
      const d = await setup();
      d.clock.pass(5);
      await d.put(`blab/datasets/ncov_${younger}.json`, "{}");
      const tags = await Promise.all(
        ["meta", "tree"].map((file) => d.store.stat(`blab/datasets/ncov_${file}.json` as ObjectKey, signal)),
      );
      const [meta, tree] = tags.map((stored) => stored?.etag.slice(1, -1));
      const { body, ...metadata } = await d.read();
      const bytes = Buffer.concat(await Array.fromAsync(body));
      expect(metadata).toEqual({
        contentType: "application/json",
        contentEncoding: "gzip",
        size: bytes.length,
        etag: `"v1-${meta}-${tree}-1"`,
        lastModified: d.clock.now(),
      });
    },
  );

  it("is converted once for its address and its tag, which no other dataset has", async () => {
    const d = await setup();
    const { fromV1 } = d.converter;
    const tags: string[] = [];
    d.converter.fromV1 = (pair) => {
      tags.push(pair.tag);
      return fromV1(pair);
    };
    const { etag } = await d.read();
    expect(tags).toEqual([`blab/datasets/ncov.json ${etag}`]);
  });

  it.each([
    [10_000_000, 10_000_000, true],
    [15_000_000, 5_000_001, false],
  ])("of files of %i and %i bytes is read: %s", async (meta, tree, isRead) => {
    const d = await setup();
    const { stat, read } = d.files;
    d.files.stat = async (key, ...of) => ({
      ...(await stat(key, ...of)),
      size: key.endsWith("_meta.json") ? meta : tree,
    });
    let reads = 0;
    d.files.read = (...of) => {
      reads += 1;
      return read(...of);
    };
    if (isRead) await d.read();
    else await expect(d.read()).rejects.toThrow(UnusableObject);
    expect(reads).toBe(isRead ? 2 : 0);
  });

  it("whose files are small only while they are compressed is not converted", async () => {
    const d = await setup();
    const body = gzipSync("x".repeat(12_000_000));
    for (const file of ["meta", "tree"]) {
      const content = {
        contentType: "application/json",
        contentEncoding: "gzip",
        body: streamOf(body),
      } as const;
      await d.store.write(`blab/datasets/ncov_${file}.json` as ObjectKey, content, { kind: "none" }, signal);
    }
    await expect(d.read()).rejects.toThrow(UnusableObject);
  });

  it("of which a file is missing is told as a dataset that is", async () => {
    const d = await setup();
    await d.store.remove("blab/datasets/ncov_tree.json" as ObjectKey, { kind: "none" }, signal);
    await expect(d.read()).rejects.toThrow("There is no such dataset here.");
  });

  it("is not said to be missing while the store is away", async () => {
    const d = await setup();
    const cause = new StoreDown();
    d.store.stat = () => Promise.reject(cause);
    await expect(d.read()).rejects.toBe(cause);
  });

  it("that is replaced while it is read is not made up of two versions, and its body is closed", async () => {
    const d = await setup();
    let closed = 0;
    const body: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        return: async () => {
          closed += 1;
          return { done: true, value: undefined };
        },
      }),
    };
    const { read } = d.files;
    d.files.read = async (...of) => ({ ...(await read(...of)), etag: '"replaced"' as ETag, body });
    await expect(d.read()).rejects.toThrow(Busy);
    expect(closed).toBe(1);
  });
});
