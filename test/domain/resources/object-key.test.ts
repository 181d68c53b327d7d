import { describe, expect, it } from "vitest";
import { BadRequest } from "../../../src/domain/failure.ts";
import {
  datasetFileName,
  datasetKey,
  datasetsPrefix,
  logoKey,
  narrativeFileName,
  narrativeKey,
  narrativesPrefix,
  overviewKey,
} from "../../../src/domain/resources/object-key.ts";
import type { Resource } from "../../../src/domain/resources/resource.ts";
import { groupName } from "../sample.ts";

const group = groupName("Blab");
const dataset: Resource = { kind: "dataset", group, parts: ["ncov", "19B"] };
const narrative: Resource = { kind: "narrative", group, parts: ["test", "fixture"] };

describe("the key of an object", () => {
  it.each([
    ["main", "ncov_19B.json"],
    ["root-sequence", "ncov_19B_root-sequence.json"],
    ["tip-frequencies", "ncov_19B_tip-frequencies.json"],
    ["measurements", "ncov_19B_measurements.json"],
    ["meta", "ncov_19B_meta.json"],
    ["tree", "ncov_19B_tree.json"],
  ] as const)("of a dataset's %s ends in %s", (file, name) => {
    expect(datasetKey(dataset, file)).toBe(`Blab/datasets/${name}`);
    expect(datasetFileName(dataset, file)).toBe(name);
  });

  it("of a narrative is below the group's narratives", () => {
    expect(narrativeKey(narrative)).toBe("Blab/narratives/test_fixture.md");
    expect(narrativeFileName(narrative)).toBe("test_fixture.md");
  });

  it("of logo and overview is right below the group", () => {
    expect([logoKey(group), overviewKey(group)]).toEqual(["Blab/group-logo.png", "Blab/group-overview.md"]);
  });

  it("begins with the prefix that listings use, which ends in a slash", () => {
    expect([datasetsPrefix(group), narrativesPrefix(group)]).toEqual(["Blab/datasets/", "Blab/narratives/"]);
  });

  it("has at most 1024 bytes of UTF-8", () => {
    const room = 1024 - "Blab/datasets/.json".length;
    const named = (part: string): Resource => ({ kind: "dataset", group, parts: [part] });
    expect(datasetKey(named("x".repeat(room)), "main")).toHaveLength(1024);
    expect(() => datasetKey(named("x".repeat(room + 1)), "main")).toThrow(BadRequest);
    expect(() => datasetKey(named("x".repeat(room)), "measurements")).toThrow(BadRequest);
    // Two bytes a letter: it is bytes that count.
    expect(() => datasetKey(named("ü".repeat(room / 2 + 1)), "main")).toThrow(BadRequest);
    expect(() => narrativeKey({ ...narrative, parts: ["x".repeat(1024)] })).toThrow(BadRequest);
  });
});
