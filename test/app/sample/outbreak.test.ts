import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Gene, translate } from "../../../src/app/sample/genome.ts";
import { type SampleFile, sampleFiles, simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import type { GroupName } from "../../../src/domain/groups/group.ts";

interface Node {
  name: string;
  node_attrs: Record<string, { value: unknown; confidence?: unknown }> & { div: number };
  branch_attrs: { mutations: Record<string, string[]>; labels: Record<string, string> };
  children?: Node[];
}
interface Main {
  meta: {
    title: string;
    panels: string[];
    filters: string[];
    colorings: { key: string; scale?: [string, string][] }[];
    geo_resolutions: { key: string; demes: Record<string, { latitude: number; longitude: number }> }[];
    genome_annotations: Record<string, { start: number; end: number }>;
  };
  tree: Node;
}

const demo = { name: "demo" as GroupName, isPublic: true };
const origin = "https://example.org";

const missing = (values: Iterable<unknown>, from: Iterable<unknown>) => {
  const known = new Set(from);
  return [...values].filter((value) => !known.has(value));
};
const everyNode = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(everyNode)];
const valuesOf = (nodes: Node[], key: string) => nodes.map((node) => node.node_attrs[key]?.value);
const sum = (files: readonly SampleFile[]) => {
  const hash = createHash("sha256");
  for (const { key, content } of files) hash.update(key).update(content);
  return hash.digest("hex");
};

describe("the simulated outbreak", () => {
  let files: readonly SampleFile[];
  let main: Main;
  let nodes: Node[];
  let tips: Node[];

  const text = (key: string): string =>
    new TextDecoder().decode(files.find((file) => file.key === key)?.content ?? new Uint8Array());
  const json = <T>(name: string): T => JSON.parse(text(`demo/datasets/lakeside_2024${name}.json`));

  beforeAll(() => {
    files = sampleFiles(simulateOutbreak(), demo, origin);
    main = json<Main>("");
    nodes = everyNode(main.tree);
    tips = nodes.filter(({ children }) => children === undefined);
  });

  it("is the same, byte by byte, for the same seed, and another for another", () => {
    expect(sum(sampleFiles(simulateOutbreak(), demo, origin))).toBe(sum(files));
    expect(sum(sampleFiles(simulateOutbreak(175), demo, origin))).not.toBe(sum(files));
  });

  it("has every file that a demo group shows", () => {
    expect(files.map(({ key, kind }) => [key, kind.kind === "dataset" ? kind.file : kind.kind])).toEqual([
      ["demo/datasets/lakeside_2024.json", "main"],
      ["demo/datasets/lakeside_2024_root-sequence.json", "root-sequence"],
      ["demo/datasets/lakeside_2024_tip-frequencies.json", "tip-frequencies"],
      ["demo/datasets/lakeside_2024_measurements.json", "measurements"],
      ["demo/narratives/lakeside_around-the-lake.md", "narrative"],
      ["demo/group-overview.md", "overview"],
      ["demo/group-logo.png", "logo"],
    ]);
  });

  it("says wherever it introduces itself that it is simulated", () => {
    expect(main.meta.title).toMatch(/^Simulated/);
    expect(text("demo/narratives/lakeside_around-the-lake.md")).toMatch(/^title: .*simulated/m);
    expect(text("demo/group-overview.md")).toMatch(/simulated/);
  });

  it("tells members of a private group that others cannot see it", () => {
    const hidden = sampleFiles(
      simulateOutbreak(),
      { name: "demo-private" as GroupName, isPublic: false },
      origin,
    );
    const overview = hidden.find(({ kind }) => kind.kind === "overview");
    expect(new TextDecoder().decode(overview?.content)).toMatch(/members only/);
    expect(hidden.every(({ key }) => key.startsWith("demo-private/"))).toBe(true);
  });

  it("has 120 samples with names of their own, in every town and clade", () => {
    expect(tips).toHaveLength(120);
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
    expect(new Set(valuesOf(tips, "town")).size).toBe(6);
    expect(new Set(valuesOf(tips, "clade_membership"))).toEqual(new Set(["A", "A.1", "A.2", "B"]));
  });

  it("gives a colour and a place on the map to every value in the tree", () => {
    for (const { key, scale } of main.meta.colorings) {
      const named = scale?.map(([value]) => value);
      if (named) expect(missing(valuesOf(tips, key), named), key).toEqual([]);
    }
    for (const { key, demes } of main.meta.geo_resolutions) {
      expect(missing(valuesOf(nodes, key), Object.keys(demes)), key).toEqual([]);
    }
    for (const key of main.meta.filters) expect(valuesOf(tips, key)).not.toContain(undefined);
  });

  it("never goes back in time or in divergence along a branch", () => {
    for (const node of nodes) {
      for (const child of node.children ?? []) {
        expect(Number(child.node_attrs.num_date?.value)).toBeGreaterThanOrEqual(
          Number(node.node_attrs.num_date?.value),
        );
        expect(child.node_attrs.div).toBeGreaterThanOrEqual(node.node_attrs.div);
      }
    }
  });

  it("has mutations that fit the root's sequence, the genes and each other", () => {
    const root = json<Record<string, string>>("_root-sequence");
    const { nuc: _, ...annotations } = main.meta.genome_annotations;
    const genes: Gene[] = Object.entries(annotations).map(([name, { start, end }]) => ({ name, start, end }));

    const apply = (sequence: string, changes: readonly string[] = []): string => {
      const letters = [...sequence];
      for (const change of changes) {
        const position = Number(change.slice(1, -1)) - 1;
        expect(letters[position], change).toBe(change[0]);
        letters[position] = change.at(-1) ?? "";
      }
      return letters.join("");
    };
    const follow = (node: Node, before: Record<string, string>): void => {
      const after = Object.fromEntries(
        Object.entries(before).map(([name, seq]) => [name, apply(seq, node.branch_attrs.mutations[name])]),
      );
      for (const gene of genes) expect(translate(after.nuc ?? "", gene)).toBe(after[gene.name]);
      for (const child of node.children ?? []) follow(child, after);
    };
    for (const gene of genes) expect(root[gene.name]).toMatch(/^M[^*]+\*$/);
    expect(root.nuc).toHaveLength(main.meta.genome_annotations.nuc?.end ?? 0);
    follow(main.tree, root);
  });

  it("sets the variant apart by its mutation, which nothing else has", () => {
    const holders = nodes.filter(({ branch_attrs }) => branch_attrs.mutations.G?.includes("K214E"));
    expect(holders.map(({ branch_attrs }) => branch_attrs.labels.clade)).toEqual(["B"]);
  });

  it("has frequencies for exactly the samples, which add up to the whole each week", () => {
    const { pivots, ...byTip } = json<{ pivots: number[] } & Record<string, { frequencies: number[] }>>(
      "_tip-frequencies",
    );
    expect(Object.keys(byTip).sort()).toEqual(tips.map(({ name }) => name).sort());
    for (const index of pivots.keys()) {
      const total = Object.values(byTip).reduce(
        (all, tip) => all + (tip.frequencies[index] ?? Number.NaN),
        0,
      );
      expect(total).toBeCloseTo(1, 3);
    }
  });

  it("has measurements of its samples only, grouped by fields that they have", () => {
    const { collections, default_collection } = json<{
      default_collection: string;
      collections: { key: string; groupings: { key: string }[]; measurements: Record<string, unknown>[] }[];
    }>("_measurements");
    const names = new Set<unknown>(tips.map(({ name }) => name));
    expect(collections.map(({ key }) => key)).toContain(default_collection);
    for (const { groupings, measurements } of collections) {
      expect(measurements.length).toBeGreaterThan(50);
      for (const each of measurements) {
        expect(names.has(each.strain)).toBe(true);
        expect(each.value).toBeTypeOf("number");
        for (const { key } of groupings) expect(each[key]).toBeTypeOf("string");
      }
    }
  });

  it("has a narrative whose slides all lead to its own dataset", () => {
    const narrative = text("demo/narratives/lakeside_around-the-lake.md");
    const urls = [...narrative.matchAll(/^(?:dataset: "|# \[.+\]\()([^")]+)/gm)].map(
      ([, url]) => new URL(url ?? ""),
    );
    expect(urls).toHaveLength(9);
    for (const { href } of urls)
      expect(href).toMatch(/^https:\/\/example\.org\/groups\/demo\/lakeside\/2024\?/);
    const colours = urls.map(({ searchParams }) => searchParams.get("c"));
    const known = [...main.meta.colorings.map(({ key }) => key), "gt-G_214"];
    expect(missing(colours, known)).toEqual([]);
    expect(narrative).not.toMatch(/undefined|NaN|Infinity/);
  });
});
