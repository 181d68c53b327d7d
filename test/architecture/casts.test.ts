import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** JSON that is told its type instead of being looked at, be it by `as` or by a type argument. */
const untested = /\bJSON\.parse\((?:[^;]|\n)*?\)(?:\.\w+)*\s+as\s|\bparseJson</;

describe("what is read from a store, a file or a token", () => {
  it("is parsed and not cast", () => {
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    expect(files.length).toBeGreaterThan(150);
    expect(files.filter((name) => untested.test(readFileSync(join(source, name), "utf8")))).toEqual([]);
  });

  it.each([
    ["const a = JSON.parse(text) as Json;", true],
    ['const { version } = JSON.parse(readFileSync(join(root, "a"), "utf8")).auspice as {', true],
    ["const a = JSON.parse(line) as Readonly<\n  Record<string, unknown>>;", true],
    ["parseJson<Account[]>(path, text)", true],
    ["const a: unknown = JSON.parse(text); const b = c as D;", false],
    ["parseJson(path, text, isAccounts)", false],
  ])("is told from a cast: %s", (text, isCast) => {
    expect(untested.test(text)).toBe(isCast);
  });
});
