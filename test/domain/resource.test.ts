import { describe, expect, it } from "vitest";
import { BadRequest } from "../../src/domain/failure.ts";
import { parseResource, resourcePath, sidecarNames } from "../../src/domain/resource.ts";
import { groupName } from "./sample.ts";

const group = groupName("blab");
const partsOf = (
  path: string,
  kind: "dataset" | "narrative" = "dataset",
  action: "read" | "write" = "read",
) => parseResource(kind, group, path, action).parts;

describe("the path of a resource", () => {
  it.each([
    ["ncov", ["ncov"]],
    ["ncov/19B", ["ncov", "19B"]],
    ["a/b/c/d", ["a", "b", "c", "d"]],
    ["/ncov/19B/", ["ncov", "19B"]],
    ["//ncov//", ["ncov"]],
    ["ncov@", ["ncov"]],
    ["ncov/@", ["ncov"]],
    ["größe/日本 +~!()", ["größe", "日本 +~!()"]],
    ["..ncov/a..b/...", ["..ncov", "a..b", "..."]],
    ["ncov/settings", ["ncov", "settings"]],
    ["ncov/settings/narratives", ["ncov", "settings", "narratives"]],
    ["settings-2", ["settings-2"]],
    ["ncov/Measurements", ["ncov", "Measurements"]],
    ["measurements/ncov", ["measurements", "ncov"]],
  ])("%j names the parts %j", (path, parts) => {
    for (const action of ["read", "write"] as const) expect(partsOf(path, "dataset", action)).toEqual(parts);
  });

  it.each([
    ["names nothing", ""],
    ["is slashes only", "///"],
    ["is an empty version only", "@"],
    ["is a colon only", ":"],
    ["has an empty part", "ncov//19B"],
    ["has a part .", "ncov/./19B"],
    ["has a part ..", "ncov/../19B"],
    ["begins with ..", "../other/ncov"],
    ["has an underscore", "ncov_19B"],
    ["has an underscore in a later part", "ncov/19_B"],
    ["names a version", "ncov@2024-01-01"],
    ["has a version in its middle", "ncov@2024/19B"],
    ["names a version of a tangle tree's first dataset", "ncov@2024:flu"],
    ["holds NUL", "ncov\0.json"],
    ["holds a line feed", "ncov\n"],
    ["holds DEL", "ncov\x7f"],
    ["holds a C1 control character", "ncov\x85"],
    ["is half a surrogate pair", "ncov\ud800"],
  ])("is refused when it %s", (_, path) => {
    for (const kind of ["dataset", "narrative"] as const) {
      for (const action of ["read", "write"] as const) {
        expect(() => partsOf(path, kind, action)).toThrow(BadRequest);
      }
    }
  });

  it("means a tangle tree's first dataset when reading, and is refused when writing", () => {
    expect(partsOf("ncov/a:flu/b")).toEqual(["ncov", "a"]);
    expect(partsOf("ncov/a:flu@2024")).toEqual(["ncov", "a"]);
    expect(() => partsOf("ncov/a:flu/b", "dataset", "write")).toThrow(BadRequest);
    expect(() => partsOf("tale:other", "narrative", "write")).toThrow(BadRequest);
  });

  it.each(["settings", "narratives", "settings/logo", "Narratives/x", "SETTINGS"])(
    "of a dataset may not be %s, which means something else",
    (path) => {
      for (const action of ["read", "write"] as const) {
        expect(() => partsOf(path, "dataset", action)).toThrow(BadRequest);
      }
    },
  );

  it.each(["settings", "narratives", "measurements", "ncov/meta"])("of a narrative may be %s", (path) => {
    expect(partsOf(path, "narrative", "write")).toEqual(path.split("/"));
  });

  it.each(sidecarNames)("of a dataset may not be written when it ends in %s", (name) => {
    expect(() => partsOf(`ncov/${name}`, "dataset", "write")).toThrow(BadRequest);
    expect(() => partsOf(name, "dataset", "write")).toThrow(BadRequest);
  });

  it.each(sidecarNames)("never leads to another dataset's sidecar: ncov/%s", (name) => {
    expect(() => partsOf(`ncov/${name}`)).toThrow(BadRequest);
  });
});

describe("the address of a resource", () => {
  it.each([
    ["dataset", "ncov/19B", "groups/blab/ncov/19B"],
    ["narrative", "test/fixture", "groups/blab/narratives/test/fixture"],
  ] as const)("of a %s is below its group", (kind, path, address) => {
    expect(resourcePath(parseResource(kind, group, path, "read"))).toBe(address);
  });
});
