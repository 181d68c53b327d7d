import { describe, expect, it, test } from "vitest";
import { datasetsIn } from "../../../src/domain/groups/listing.ts";
import { secondTreesOf } from "../../../src/domain/resources/second-tree.ts";
import { groupName } from "../sample.ts";

const names = [
  "flu_h3n2_ha_2y",
  "flu_h3n2_na_2y",
  "flu_h3n2_na_6y",
  "flu_h1n1_ha_2y",
  "flu_h3n2",
  "flu_h1n1",
  "zika",
  "dengue",
  "dengue_h3n2",
];
const datasetsNamed = (named: readonly string[]) =>
  [
    ...datasetsIn(
      groupName("blab"),
      named.map((name) => `${name}.json`),
    ),
  ].filter((dataset) => dataset !== undefined);
const datasets = datasetsNamed(names);
const secondTrees = (path: string) => secondTreesOf(path, datasets).map(({ parts }) => parts.join("/"));

describe("the second trees", () => {
  test.each([
    ["flu/h3n2/ha/2y", ["flu/h3n2/na/2y", "flu/h1n1/ha/2y"]],
    ["flu/h3n2/na/2y", ["flu/h3n2/ha/2y", "flu/h3n2/na/6y"]],
    ["flu/h3n2", ["flu/h1n1"]],
    ["zika", []],
    ["dengue/h3n2", []],
  ])("of %s are those that differ in one part and begin alike", (path, expected) => {
    expect(secondTrees(path)).toEqual(expected);
  });

  it("of something that is not there are none", () => {
    expect(secondTrees("flu/h3n2/mp/2y")).toEqual([]);
    expect(secondTrees("")).toEqual([]);
  });

  it("of one among ten thousand are found at once", () => {
    const many = datasetsNamed(Array.from({ length: 10_000 }, (_, index) => `flu_${index}`));
    const start = performance.now();
    expect(secondTreesOf("flu/5000", many).length).toBe(9999);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
