import { describe, expect, it } from "vitest";
import { parseFileName, resourceUrl } from "../../../../../src/adapters/http/groups/upload/file-name.js";
import { datasetTypes } from "../../../../../src/domain/resources/resource.ts";

describe("The kind and name of an uploaded file", () => {
  const expected: Record<string, object> = {
    "zika_tutorial.json": { kind: "main", name: "zika/tutorial", isGzip: false },
    "zika_tutorial_tip-frequencies.json": { kind: "tip-frequencies", name: "zika/tutorial", isGzip: false },
    "zika_root-sequence.json.gz": { kind: "root-sequence", name: "zika", isGzip: true },
    "zika_measurements.JSON": { kind: "measurements", name: "zika", isGzip: false },
    "measurements.json": { kind: "main", name: "measurements", isGzip: false },
    "intro_to-narratives.md": { kind: "narrative", name: "intro/to-narratives", isGzip: false },
    "a__b_.markdown.gz": { kind: "narrative", name: "a/b", isGzip: true },
    "v1.2.json": { kind: "main", name: "v1.2", isGzip: false },
  };
  for (const [fileName, parsed] of Object.entries(expected)) {
    it(fileName, () => expect(parseFileName(fileName)).toEqual(parsed));
  }
});

describe("The sidecars of the domain", () => {
  const sidecars = datasetTypes.filter((type) => type !== "main");
  it.each(sidecars)("%s is recognised by its file name", (kind) => {
    expect(parseFileName(`a_b_${kind}.json`)).toEqual({ kind, name: "a/b", isGzip: false });
  });
});

describe("The URL of an upload", () => {
  it("is below its group, with percent-encoded parts", () => {
    expect(resourceUrl("/groups/lab", "main", "zika/2024")).toBe("/groups/lab/zika/2024");
    expect(resourceUrl("/groups/lab", "measurements", "zika")).toBe("/groups/lab/zika");
    expect(resourceUrl("/groups/lab", "narrative", "/a b//c?#/")).toBe(
      "/groups/lab/narratives/a%20b/c%3F%23",
    );
  });
});
