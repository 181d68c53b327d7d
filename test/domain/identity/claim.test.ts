import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/domain/brand.ts";
import { claimAt, describeClaim, readNames } from "../../../src/domain/identity/claim.ts";

describe("a claim's path", () => {
  it.each<[string, JsonObject, string]>([
    [
      "a step's name with dots",
      { access: { "lab.example.org": { roles: 1 } } },
      "access.lab.example.org.roles",
    ],
    ["a first step's name with dots", { "https://lab.example": { roles: 1 } }, "https://lab.example.roles"],
    ["a last step's name with dots", { a: { "b.c": 1 } }, "a.b.c"],
    ["the longest name first", { "a.b": { c: 1 }, a: { b: { c: 2 } } }, "a.b.c"],
    ["a shorter one where the longest leads nowhere", { "a.b": { d: 2 }, a: { b: { c: 1 } } }, "a.b.c"],
    ["names that begin or end with a dot", { ".a": { "b.": 1 } }, ".a.b."],
  ])("may have %s", (_, claims, path) => {
    expect(claimAt(claims, path)).toBe(1);
  });

  it.each(["a.b.", "a..b", ".", "", "a.toString", "a.__proto__", "a.b.c.d"])("%j leads nowhere", (path) => {
    expect(claimAt({ a: { b: { c: "text" } } }, path)).toBeUndefined();
  });
});

describe("a claim that names groups", () => {
  it.each<[string, Json, string[]]>([
    ["a list of texts", ["a/owners", "With Blank, and comma"], ["a/owners", "With Blank, and comma"]],
    ["one text", "a/owners", ["a/owners"]],
    ["texts joined by commas", "a/owners,b/viewers", ["a/owners", "b/viewers"]],
    ["texts joined by blanks", " a/owners  b/viewers ", ["a/owners", "b/viewers"]],
    ["texts joined by semicolons and blanks", "a/owners; b/viewers", ["a/owners", "b/viewers"]],
    [
      "an object of names",
      { "a/owners": { "1": "lab.example" }, "b/viewers": true },
      ["a/owners", "b/viewers"],
    ],
    ["an object that denies some", { "a/owners": false, "b/viewers": null, "c/editors": {} }, ["c/editors"]],
    ["objects with a name", [{ name: "a/owners", id: 7 }, { name: "b/viewers" }], ["a/owners", "b/viewers"]],
    ["objects with a value", [{ value: "a/owners", display: "Owners" }], ["a/owners"]],
    ["an empty list", [], []],
    ["an empty object", {}, []],
    ["an empty text", "", []],
  ])("may be %s", (_, claim, names) => {
    expect(readNames(claim)).toEqual({ names, fault: undefined });
  });

  it.each<[Json | undefined, string[], string]>([
    [undefined, [], "is missing"],
    [null, [], "is null"],
    [7, [], "holds a number"],
    [true, [], "holds true or false"],
    [["a/owners", 7, null], ["a/owners"], "holds a list in which 2 of 3 entries are no names"],
    [[{ id: "a/owners" }, ["b/owners"]], [], "holds a list in which 2 of 2 entries are no names"],
    [[{ name: 7 }], [], "holds a list in which 1 of 1 entries are no names"],
  ])("says what is wrong with %j", (claim, names, fault) => {
    expect(readNames(claim)).toEqual({ names, fault });
  });
});

it.each<[Json | undefined, string]>([
  [undefined, "is missing"],
  [7, "holds a number"],
  [false, "holds true or false"],
  ["alice", "holds a text"],
  ["", "holds an empty text"],
  [["alice"], "holds a list"],
  [[], "holds an empty list"],
  [{ a: 1 }, "holds an object"],
])("what %j is, in words, which never name a value", (claim, words) => {
  expect(describeClaim(claim)).toBe(words);
});

describe("a claim of very many names", () => {
  it("counts up to the 20 000th, and says so", () => {
    const names = Array.from({ length: 20_001 }, (_, index) => `group-${index}`);
    expect(readNames(names.slice(1))).toEqual({ names: names.slice(1), fault: undefined });
    for (const claim of [names, names.join(" "), Object.fromEntries(names.map((name) => [name, true]))]) {
      expect(readNames(claim)).toEqual({
        names: names.slice(0, 20_000),
        fault: "holds 20001 names, of which the first 20000 count",
      });
    }
  });
});
