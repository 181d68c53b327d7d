import { describe, expect, it } from "vitest";
import { datasetsIn, narrativesIn } from "../../../src/domain/groups/listing.ts";
import type { Resource } from "../../../src/domain/resources/resource.ts";
import { groupName } from "../sample.ts";

const group = groupName("blab");
const pathsOf = (resources: Iterable<Resource | undefined>) =>
  [...resources].filter((resource) => resource !== undefined).map(({ parts }) => parts.join("/"));
const datasets = (...names: string[]) => pathsOf(datasetsIn(group, names));
const narratives = (...names: string[]) => pathsOf(narrativesIn(group, names));

describe("the datasets of a group", () => {
  it("are the v2 files in their order, then the v1 pairs", () => {
    expect(
      datasets(
        "a_meta.json",
        "a_tree.json",
        "flu_h3n2.json",
        "ncov.json",
        "zika_meta.json",
        "zika_tree.json",
      ),
    ).toEqual(["flu/h3n2", "ncov", "a", "zika"]);
  });

  it.each(["meta", "tree", "root-sequence", "seq", "tip-frequencies", "measurements"])(
    "do not list a file whose name ends in _%s",
    (sidecar) => {
      expect(datasets("ncov.json", `ncov_${sidecar}.json`)).toEqual(["ncov"]);
      expect(datasets(`ncov_${sidecar}.json`)).toEqual([]);
    },
  );

  it("list a v1 pair only when both files are there", () => {
    expect(datasets("a_meta.json", "b_tree.json")).toEqual([]);
    expect(datasets("a_meta.json", "a_tree.json")).toEqual(["a"]);
  });

  it("list a name once when it exists as v2 and as v1", () => {
    expect(datasets("a.json", "a_meta.json", "a_tree.json")).toEqual(["a"]);
  });

  it("list a name that only contains a sidecar's name", () => {
    expect(datasets("ncov_measurements_x.json", "ncov_retree.json", "measurements.json")).toEqual([
      "ncov/measurements/x",
      "ncov/retree",
      "measurements",
    ]);
  });

  it("keep letter case and any letters", () => {
    expect(datasets("Ncov_Größe 2.json")).toEqual(["Ncov/Größe 2"]);
  });

  it("list a name once that is stored in two Unicode forms, in its place", () => {
    expect(
      datasets("e\u0301te.json", "ete.json", "z.json", "\u00e9te.json", "\uff5e.json", "🦠.json"),
    ).toEqual(["ete", "z", "\u00e9te", "\uff5e", "🦠"]);
    expect(datasets("e\u0301te_meta.json", "\u00e9te_tree.json")).toEqual(["\u00e9te"]);
    expect(narratives("I\u0302le.md", "\u00cele.md")).toEqual(["\u00cele"]);
  });

  it.each(["ncov.md", "ncov.json.gz", "ncov", "ncov.JSON", ".json", "_a.json", "a_.json", "a__b.json"])(
    "do not list %s, which no address leads to",
    (name) => {
      expect(datasets(name)).toEqual([]);
    },
  );

  it.each(["old/ncov.json", "ncov@2.json", "a:b.json"])(
    "do not list %s, put there by other means",
    (name) => {
      expect(datasets(name)).toEqual([]);
    },
  );

  it.each(["settings.json", "narratives_x.json", "._..json", ".._x.json", "a\nb.json"])(
    "do not list %j, which no address leads to",
    (name) => {
      expect(datasets(name)).toEqual([]);
    },
  );

  it("know their kind and group", () => {
    expect([...datasetsIn(group, ["ncov.json"])]).toEqual([{ kind: "dataset", group, parts: ["ncov"] }]);
  });

  it("are none without files", () => {
    expect(datasets()).toEqual([]);
  });
});

describe("the narratives of a group", () => {
  it("are its Markdown files", () => {
    expect(narratives("a.md", "test_fixture.md", "x.json", "y.md.gz")).toEqual(["a", "test/fixture"]);
  });

  it("do not include the group's overview", () => {
    expect(narratives("group-overview.md", "my-group-overview.md")).toEqual(["my-group-overview"]);
  });

  it("may have names that datasets may not have", () => {
    expect(narratives("settings.md", "x_measurements.md")).toEqual(["settings", "x/measurements"]);
  });

  it.each(["a__b.md", "old/a.md", ".md", ".._a.md"])("do not list %s, which no address leads to", (name) => {
    expect(narratives(name)).toEqual([]);
  });

  it("know their kind and group", () => {
    expect([...narrativesIn(group, ["a.md"])]).toEqual([{ kind: "narrative", group, parts: ["a"] }]);
  });
});
