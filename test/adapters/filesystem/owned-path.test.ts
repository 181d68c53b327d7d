import { sep } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, parseComponent, valueFolder } from "../../../src/adapters/filesystem/owned-path.ts";

const root = "/data";
const long = "x".repeat(199);

const names = [
  "a",
  "A",
  "a.json",
  "a=",
  "a~",
  "=",
  "~",
  "%",
  "%61",
  "",
  " ",
  ".",
  "..",
  "...",
  ".drafts",
  "a.",
  "~a",
  "a/b",
  "a\\b",
  "../../etc/passwd",
  "nul\0",
  "\u00e9",
  "e\u0301",
  "\u{1f9ec}",
  "\ufb02",
  "fl",
  "\u0131",
  "i\u0307",
  "\u212a",
  "k",
  long,
  `${long}x`,
  `${long}~`,
  `${long}=`,
  `${long}xx`,
  "\u{1f9ec}".repeat(256),
  "_".repeat(1024),
];

const componentsOf = (path: string): string[] => path.slice(root.length + 1).split(sep);

/** Reads the components of one part back, as a listing does. */
const partOf = (components: readonly string[]): string | undefined => {
  let before = "";
  for (const name of components) {
    const component = parseComponent(name, before);
    if (component?.kind !== "continuation") return component?.part;
    before = component.piece;
  }
  return undefined;
};

describe("a path below a root folder", () => {
  it("is different for different names, on any disk", () => {
    const paths = names.map((name) => valueFolder(root, [name]).normalize("NFKC").toLowerCase());
    expect(new Set(paths).size).toBe(names.length);
  });

  it("is no part of another one's", () => {
    const values = names.map((name) => valueFolder(root, [name]));
    const below = names.map((name) => folderOf(root, [name]));
    for (const value of values) {
      expect([...values, ...below].filter((path) => path.startsWith(value + sep))).toEqual([]);
      expect(below).not.toContain(value);
    }
  });

  it("stays below its root, without hidden names, and in components that every disk can hold", () => {
    for (const name of names) {
      const path = valueFolder(root, [name, name, name]);
      expect(path.startsWith(root + sep)).toBe(true);
      for (const component of componentsOf(path)) {
        expect(component).toMatch(/^[a-z0-9%=~-][a-z0-9.%=~-]*$/);
        expect(component.length).toBeLessThanOrEqual(200);
      }
    }
  });

  it("can be read back", () => {
    for (const name of names) {
      expect(partOf(componentsOf(valueFolder(root, [name])))).toBe(name);
      expect(partOf(componentsOf(folderOf(root, [name])))).toBe(name);
    }
  });

  it("is refused for text that is no Unicode", () => {
    expect(() => valueFolder(root, ["\ud83e"])).toThrow(TypeError);
  });

  it("is not seen in names that are none of ours", () => {
    for (const foreign of [".drafts", "A=", "a b", "lost+found", ".nfs0001", "%c3=", "%zz", "é", "%4"]) {
      expect(parseComponent(foreign, "")).toBeUndefined();
    }
  });
});
