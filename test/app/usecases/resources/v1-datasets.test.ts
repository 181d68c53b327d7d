import { describe, expect, it } from "vitest";
import { readV1 } from "../../../../src/app/usecases/resources/v1-datasets.ts";
import { Busy, StoreDown } from "../../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { Resource } from "../../../../src/domain/resources/resource.ts";
import type { ETag } from "../../../../src/domain/resources/stored-object.ts";
import { publicGroup } from "../../../domain/sample.ts";
import { dataSetup, signal } from "./data-setup.ts";

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
      const { body, ...metadata } = await d.read();
      const bytes = Buffer.concat(await Array.fromAsync(body));
      expect(metadata).toEqual({
        contentType: "application/json",
        contentEncoding: "gzip",
        size: bytes.length,
        etag: expect.stringMatching(/^"v1-[^"]+-[^"]+-1"$/),
        lastModified: d.clock.now(),
      });
    },
  );

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
