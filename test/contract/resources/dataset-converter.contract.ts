import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import { StoreDown, UnusableObject } from "../../../src/domain/failure.ts";
import type { DatasetConverter, V1Pair } from "../../../src/ports/driven/resources/dataset-converter.ts";

export interface Harness {
  readonly converter: DatasetConverter;
}

const meta = (): JsonObject => ({
  title: "A v1 dataset",
  updated: "2 April 2019",
  maintainer: ["A lab", "https://example.org"],
  color_options: {
    country: { menuItem: "country", type: "discrete" },
    num_date: { menuItem: "date", type: "continuous" },
  },
  defaults: { colorBy: "country" },
  filters: ["country", "authors"],
  geo: { country: { new_zealand: { latitude: -41, longitude: 174 } } },
  annotations: { E: { start: 9, end: 30, strand: 1 } },
  panels: ["tree", "map"],
});

const tree = (): JsonObject => ({
  strain: "NODE_1",
  attr: { num_date: 2015.5, div: 0 },
  children: [
    {
      strain: "NZ/1",
      attr: { num_date: 2016.25, div: 0.002, country: "new_zealand" },
      muts: ["A12T"],
      aa_muts: { E: ["K1N"] },
    },
    { strain: "NZ/2", attr: { num_date: 2016.5, div: 0.003, country: "new_zealand" } },
  ],
});

const nested = (levels: number): JsonObject => {
  let node: JsonObject = { strain: "tip", attr: {} };
  for (let level = 1; level < levels; level += 1)
    node = { strain: `node ${level}`, attr: {}, children: [node] };
  return node;
};

let pairs = 0;

/** A pair with a unique tag, which counts how often it is read. */
const pairOf = (ofMeta: unknown, ofTree: unknown): V1Pair & { readonly reads: number } => {
  pairs += 1;
  let reads = 0;
  const bytes = (value: unknown) =>
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  return {
    tag: `pair ${pairs}`,
    admit: (run) => run(),
    get reads() {
      return reads;
    },
    read: async () => {
      reads += 1;
      return { meta: bytes(ofMeta), tree: bytes(ofTree) };
    },
  };
};

const datasetIn = (gzip: Uint8Array): JsonObject => JSON.parse(gunzipSync(gzip).toString());

/** For depths at which JSON.stringify overflows the stack. */
const nestedText = (levels: number): string =>
  `${'{"strain":"a","attr":{},"children":['.repeat(levels)}{"strain":"a","attr":{}}${"]}".repeat(levels)}`;

export const datasetConverterContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`DatasetConverter in ${adapter}`, () => {
    it("converts a v1 pair to a v2 dataset", async () => {
      const { converter } = await open();
      const v2 = await converter.fromV1(pairOf(meta(), tree()));
      expect(datasetIn(v2)).toMatchObject({
        version: "v2",
        meta: {
          title: "A v1 dataset",
          extensions: { original_version: "v1" },
          maintainers: [{ name: "A lab", url: "https://example.org" }],
          filters: ["country", "author"],
          display_defaults: { color_by: "country" },
          geo_resolutions: [{ key: "country", demes: { "New Zealand": { latitude: -41, longitude: 174 } } }],
          genome_annotations: { E: { start: 10, end: 30, strand: "+" } },
        },
        tree: {
          name: "NODE_1",
          children: [
            {
              name: "NZ/1",
              node_attrs: { num_date: { value: 2016.25 }, div: 0.002, country: { value: "New Zealand" } },
              branch_attrs: { mutations: { nuc: ["A12T"], E: ["K1N"] }, labels: { aa: "E: K1N" } },
            },
            { name: "NZ/2" },
          ],
        },
      });
    });

    it("converts a tree of a thousand levels", async () => {
      const { converter } = await open();
      const v2 = datasetIn(await converter.fromV1(pairOf(meta(), nested(1000))));
      expect(v2.tree).toMatchObject({ name: "node 999" });
    });

    it("reads and converts a pair once for all requests, and one with another tag separately", async () => {
      const { converter } = await open();
      const pair = pairOf(meta(), tree());
      const [first, second] = await Promise.all([converter.fromV1(pair), converter.fromV1(pair)]);
      expect(await converter.fromV1(pair)).toEqual(first);
      expect(second).toEqual(first);
      expect(pair.reads).toBe(1);
      const other = await converter.fromV1(pairOf({ ...meta(), title: "Another" }, tree()));
      expect(datasetIn(other).meta).toMatchObject({ title: "Another" });
    });

    it("caches failures, and no outage", async () => {
      const { converter } = await open();
      const bad = pairOf(meta(), {});
      for (let asked = 0; asked < 3; asked += 1) {
        await expect(converter.fromV1(bad)).rejects.toBeInstanceOf(UnusableObject);
      }
      expect(bad.reads).toBe(1);
      const good = pairOf(meta(), tree());
      const down = { ...good, read: () => Promise.reject(new StoreDown()) };
      await expect(converter.fromV1(down)).rejects.toBeInstanceOf(StoreDown);
      expect(datasetIn(await converter.fromV1(good))).toMatchObject({ version: "v2" });
    });

    it.each<[string, unknown, unknown]>([
      ["a file that is no JSON", meta(), "{"],
      ["a file that is a list", [], tree()],
      ["a file that is empty", meta(), ""],
      ["a file that is null", meta(), null],
      ["an empty meta file", {}, tree()],
      ["an empty tree file", meta(), {}],
      ["a tree whose nodes have no names", meta(), { attr: {} }],
      ["a tree whose children are no list", meta(), { strain: "a", attr: {}, children: 3 }],
      ["colour options of another type", { ...meta(), color_options: null }, tree()],
      ["a tree of a hundred thousand levels", meta(), nestedText(100_000)],
      ["a tree of millions of lists", meta(), `{"strain":"a","attr":{},"x":[${"[{}],".repeat(3_900_000)}0]}`],
    ])("rejects %s", async (_, ofMeta, ofTree) => {
      const { converter } = await open();
      await expect(converter.fromV1(pairOf(ofMeta, ofTree))).rejects.toBeInstanceOf(UnusableObject);
    });
  });
};
