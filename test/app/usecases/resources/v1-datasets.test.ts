import { describe, expect, it } from "vitest";
import { readV1 } from "../../../../src/app/usecases/resources/v1-datasets.ts";
import { Busy, StoreDown } from "../../../../src/domain/failure.ts";
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
