import { describe, expect, it } from "vitest";
import { BadRequest, NotFound } from "../../../src/domain/failure.ts";
import type { ResourceAction } from "../../../src/domain/resources/resource.ts";
import { parseResource, resourcePath, sidecarNames } from "../../../src/domain/resources/resource.ts";
import { groupName } from "../sample.ts";

const group = groupName("blab");
const actions = ["read", "upload", "delete"] as const;
const partsOf = (path: string, kind: "dataset" | "narrative" = "dataset", action: ResourceAction = "read") =>
  parseResource(kind, group, path, action).parts;

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
    for (const action of actions) expect(partsOf(path, "dataset", action)).toEqual(parts);
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
      for (const action of actions) {
        expect(() => partsOf(path, kind, action)).toThrow(BadRequest);
      }
    }
  });

  it("means a tangle tree's first dataset when reading, and is refused when changing something", () => {
    expect(partsOf("ncov/a:flu/b")).toEqual(["ncov", "a"]);
    expect(partsOf("ncov/a:flu@2024")).toEqual(["ncov", "a"]);
    for (const action of ["upload", "delete"] as const) {
      expect(() => partsOf("ncov/a:flu/b", "dataset", action)).toThrow(BadRequest);
      expect(() => partsOf("tale:other", "narrative", action)).toThrow(BadRequest);
    }
  });

  it.each(["settings", "narratives", "settings/logo", "Narratives/x", "SETTINGS"])(
    "of a dataset may not be %s, which means something else",
    (path) => {
      for (const action of actions) {
        expect(() => partsOf(path, "dataset", action)).toThrow(BadRequest);
      }
    },
  );

  it.each(["settings", "narratives", "measurements", "ncov/meta"])("of a narrative may be %s", (path) => {
    expect(partsOf(path, "narrative", "upload")).toEqual(path.split("/"));
  });

  it.each(sidecarNames)("of a dataset may not be written when it ends in %s", (name) => {
    expect(() => partsOf(`ncov/${name}`, "dataset", "upload")).toThrow(BadRequest);
    expect(() => partsOf(name, "dataset", "upload")).toThrow(BadRequest);
  });

  it.each(sidecarNames)("never leads to another dataset's sidecar: ncov/%s", (name) => {
    expect(() => partsOf(`ncov/${name}`)).toThrow(BadRequest);
  });
});

describe("a name that Auspice does not keep, or that looks like another", () => {
  it.each([
    ["a backslash", "flu\\2024", "\\"],
    ["a hash", "flu/#1", "#"],
    ["a question mark", "what?", "?"],
    ["a per cent sign", "50%", "%"],
    ["a zero-width space", "fl\u200bu", "U+200B"],
    ["a zero-width joiner", "flu/a\u200db", "U+200D"],
    ["a byte order mark", "\ufeffflu", "U+FEFF"],
    ["a soft hyphen", "in\u00adfluenza", "U+00AD"],
    ["a right-to-left override", "flu/\u202ecba", "U+202E"],
    ["a variation selector", "flu\ufe0f", "U+FE0F"],
    ["a Hangul filler", "\u3164", "U+3164"],
    ["a tag beyond the first plane", "flu\u{e0041}", "U+E0041"],
    ["a line separator", "flu\u2028a", "U+2028"],
    ["a blank at its end", "flu ", "blank"],
    ["a blank at its beginning", " flu", "blank"],
    ["a blank around a part", "flu/ ha /2y", "blank"],
    ["a no-break space at its end", "flu\u00a0", "blank"],
  ])(
    "is refused for an upload, with the reason, and found and deleted where it is: %s",
    (_, path, reason) => {
      for (const kind of ["dataset", "narrative"] as const) {
        expect(() => partsOf(path, kind, "upload")).toThrow(BadRequest);
        expect(() => partsOf(path, kind, "upload")).toThrow(reason);
        for (const action of ["read", "delete"] as const)
          expect(partsOf(path, kind, action)).toEqual(path.split("/"));
      }
    },
  );

  it.each(["two words", "a+b", "R&D", "it's (new)!*", '"quoted"', "<a|b>", "{x}^`y`", "🦠", "日本 語"])(
    "is not %s",
    (path) => {
      expect(partsOf(path, "dataset", "upload")).toEqual([path]);
    },
  );
});

describe("two Unicode forms of a name", () => {
  it.each([
    ["decomposed letters", "fievre/I\u0302le", "fievre/\u00cele"],
    ["Hangul in its parts", "\u1112\u1161\u11ab", "\ud55c"],
    ["marks in another order", "a\u0323\u0307", "\u1ea1\u0307"],
    ["a letter of its own for a unit", "\u212b", "\u00c5"],
  ])("are one name: %s", (_, path, composed) => {
    for (const action of actions) expect(partsOf(path, "dataset", action)).toEqual(composed.split("/"));
  });

  it.each(["\ufb01eber", "H\u2082O", "\uff21"])("are not letters that only mean the same: %s", (path) => {
    expect(partsOf(path, "dataset", "upload")).toEqual([path]);
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

describe("the length of a name", () => {
  it.each([
    ["ASCII", "~", 1],
    ["the first letters of two bytes", "\u00e0", 2],
    ["the last of two bytes", "\u07ff", 2],
    ["the first of three bytes", "\u0800", 3],
    ["the last of three bytes", "\uffef", 3],
    ["four bytes", "\u{10000}", 4],
  ])("is counted in bytes of UTF-8: %s", (_, letter, bytes) => {
    expect(Buffer.byteLength(letter)).toBe(bytes);
    const longest = letter.repeat(Math.floor(234 / bytes)) + "x".repeat(234 % bytes);
    for (const action of actions) expect(partsOf(longest, "dataset", action)).toEqual([longest]);
    expect(() => partsOf(`${longest}x`, "dataset", "read")).toThrow(NotFound);
    for (const action of ["upload", "delete"] as const) {
      expect(() => partsOf(`${longest}x`, "dataset", action)).toThrow(BadRequest);
    }
  });

  it("counts the slashes", () => {
    const longest = `${"x".repeat(100)}/${"x".repeat(133)}`;
    expect(partsOf(longest)).toHaveLength(2);
    expect(() => partsOf(`${longest}x`)).toThrow(NotFound);
  });
});

describe("a narrative called as the group's overview", () => {
  it("cannot be uploaded, but below another name it can, and what is stored can be read and deleted", () => {
    expect(() => partsOf("group-overview", "narrative", "upload")).toThrow(BadRequest);
    expect(partsOf("group-overview/2020", "narrative", "upload")).toHaveLength(2);
    for (const action of ["read", "delete"] as const) {
      expect(partsOf("group-overview", "narrative", action)).toEqual(["group-overview"]);
    }
  });
});
