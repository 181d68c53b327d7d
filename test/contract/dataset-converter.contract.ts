import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/brand.ts";
import { UnusableObject } from "../../src/domain/failure.ts";
import type { DatasetConverter } from "../../src/ports/driven/dataset-converter.ts";

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

export const datasetConverterContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`DatasetConverter in ${adapter}`, () => {
    it("makes one v2 dataset of a v1 pair", async () => {
      const { converter } = await open();
      const v2 = await converter.fromV1(meta(), tree());
      expect(v2).toMatchObject({
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

    it("takes a tree of a thousand levels", async () => {
      const { converter } = await open();
      const v2 = await converter.fromV1(meta(), nested(1000));
      expect(v2.tree).toMatchObject({ name: "node 999" });
    });

    it.each<[string, JsonObject, JsonObject]>([
      ["an empty meta file", {}, tree()],
      ["an empty tree file", meta(), {}],
      ["a tree whose nodes have no names", meta(), { attr: {} }],
      ["a tree whose children are no list", meta(), { strain: "a", attr: {}, children: 3 }],
      ["colour options of another type", { ...meta(), color_options: null }, tree()],
      ["a tree of a hundred thousand levels", meta(), nested(100_000)],
    ])("refuses %s", async (_, ofMeta, ofTree) => {
      const { converter } = await open();
      await expect(converter.fromV1(ofMeta, ofTree)).rejects.toBeInstanceOf(UnusableObject);
    });
  });
};
