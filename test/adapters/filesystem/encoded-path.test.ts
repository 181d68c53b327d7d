import { sep } from "node:path";
import { describe, expect, it } from "vitest";
import { parseComponent, prefixFolder, slotFolder } from "../../../src/adapters/filesystem/encoded-path.ts";

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

/** Decodes the components of one part, as a listing does. */
const decodePart = (components: readonly string[]): string | undefined => {
  let precedingPieces = "";
  for (const name of components) {
    const component = parseComponent(name, precedingPieces);
    if (component?.kind !== "continuation") return component?.part;
    precedingPieces = component.piece;
  }
  return undefined;
};

describe("an encoded path", () => {
  it("is unique for each name, also where letter case and Unicode form are ignored", () => {
    const paths = names.map((name) => slotFolder(root, [name]).normalize("NFKC").toLowerCase());
    expect(new Set(paths).size).toBe(names.length);
  });

  it("of a slot contains no other name's", () => {
    const slots = names.map((name) => slotFolder(root, [name]));
    const prefixes = names.map((name) => prefixFolder(root, [name]));
    for (const slot of slots) {
      expect([...slots, ...prefixes].filter((path) => path.startsWith(slot + sep))).toEqual([]);
      expect(prefixes).not.toContain(slot);
    }
  });

  it("stays below its root, without hidden components, and in components that every file system can store", () => {
    for (const name of names) {
      const path = slotFolder(root, [name, name, name]);
      expect(path.startsWith(root + sep)).toBe(true);
      for (const component of componentsOf(path)) {
        expect(component).toMatch(/^[a-z0-9%=~-][a-z0-9.%=~-]*$/);
        expect(component.length).toBeLessThanOrEqual(200);
      }
    }
  });

  it("can be decoded", () => {
    for (const name of names) {
      expect(decodePart(componentsOf(slotFolder(root, [name])))).toBe(name);
      expect(decodePart(componentsOf(prefixFolder(root, [name])))).toBe(name);
    }
  });

  it("cannot be made of text that is not well-formed Unicode", () => {
    expect(() => slotFolder(root, ["\ud83e"])).toThrow(TypeError);
  });

  it("does not include names that another program could have chosen", () => {
    for (const foreign of [".drafts", "A=", "a b", "lost+found", ".nfs0001", "%c3=", "%zz", "é", "%4"]) {
      expect(parseComponent(foreign, "")).toBeUndefined();
    }
  });
});
