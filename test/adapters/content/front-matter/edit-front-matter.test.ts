import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { editFrontMatter } from "../../../../src/adapters/content/front-matter/edit-front-matter.ts";
import { openFrontMatter } from "../../../../src/adapters/content/front-matter/front-matter.ts";
import { parseFrontMatter } from "../../../../src/adapters/content/front-matter/parse-front-matter.ts";
import { BadContent } from "../../../../src/domain/failure.ts";
import type { AttributeChanges } from "../../../../src/domain/groups/overview-fields.ts";

const reader = openFrontMatter();
afterAll(() => reader.close());

const edited = (source: string, changes: AttributeChanges): string => {
  const result = editFrontMatter(source, changes);
  if (result.kind === "invalid") throw new Error(result.reason);
  return result.source.trimEnd();
};
const attributesOf = (source: string): unknown => {
  const parsed = parseFrontMatter(source);
  if (parsed.kind === "invalid") throw new Error(parsed.reason);
  return JSON.parse(parsed.json);
};

describe("front matter that is edited", () => {
  it.each<[string, string, AttributeChanges, string]>([
    ["sets a value in its line", "a: 1\ntitle: A\nb: 2", { title: "B" }, "a: 1\ntitle: B\nb: 2"],
    ["quotes what needs it", "title: A", { title: "B: [#1] 'x'" }, "title: 'B: [#1] ''x'''"],
    ["appends what is new", "a: 1", { title: "B", shown: false }, "a: 1\ntitle: B\nshown: false"],
    ["removes a line", "a: 1\ntitle: A\nb: 2", { title: null }, "a: 1\nb: 2"],
    ["keeps comments", "# Ours\ntitle: A # short\n# end", { title: "B" }, "# Ours\ntitle: B # short\n# end"],
    ["takes no part of a value for a comment", "title: 'A # 1'", { title: "B" }, "title: B"],
    ["replaces several lines", "title: >\n  A\n  B\nb: 2", { title: "C" }, "title: C\nb: 2"],
    ["replaces a list", "title:\n  - A\nb: 2", { title: "C" }, "title: C\nb: 2"],
    ["knows quoted names", '"title": A', { title: "B" }, "title: B"],
    ["keeps other names that begin alike", "titles: A", { title: "B" }, "titles: A\ntitle: B"],
    ["keeps the same name further in", "a:\n  title: A", { title: "B" }, "a:\n  title: A\ntitle: B"],
    ["fills what has no value", "title:\nb: 2", { title: "B" }, "title: B\nb: 2"],
    ["keeps a template's comments", "# title: A", { title: "B" }, "# title: A\ntitle: B"],
    ["begins anew", "", { title: "B" }, "title: B"],
    ["turns CRLF into LF", "\na: 1\r\ntitle: A\r", { title: "B" }, "a: 1\ntitle: B"],
    ["keeps JSON", '{"a": 1, "title": "A"}', { title: "B" }, '{\n  "a": 1,\n  "title": "B"\n}'],
  ])("%s", (_, source, changes, expected) => {
    expect(edited(source, changes)).toBe(expected);
  });

  it.each([
    "title: 'A\nB'\nb: 2",
    "title:\n- A\n- B\nb: 2",
    "title: |\n  A\n\n  B\nb: 2",
    "? title\n: A\n? b\n: 2",
    "x: &x A\ntitle: *x\nb: 2",
    "title: &x A\nb: *x",
    "a: 1\n...",
    "b: 2020-01-01\ntitle: 'A\nB'",
    "<<: {title: A, c: 1}\nb: 2",
    "b: |+\n  A\n\n",
  ])("is written anew where lines do not suffice, with all other values: %j", (source) => {
    const before = attributesOf(source) as object;
    expect(attributesOf(edited(source, { title: "B", shown: true }))).toEqual({
      ...before,
      title: "B",
      shown: true,
    });
  });

  it("keeps dates as dates", () => {
    expect(edited("date: 2020-01-01\ntitle: 'A\nB'", { title: "C" })).toMatch(/^date: 2020-01-01T/);
  });

  it("is refused when it cannot be read, and not replaced", () => {
    expect(editFrontMatter("title: [", { title: "B" })).toMatchObject({ kind: "invalid" });
  });

  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("---", "a: b", "# c", "- d"),
  );
  const source = fc.array(
    fc.constantFrom(
      "a: 1",
      "title: A",
      "title: 'A",
      "B'",
      "# c",
      "  d: 2",
      "- e",
      "",
      "f: |",
      "  g",
      "title:",
    ),
    { maxLength: 8 },
  );

  it("says afterwards what it was told, whatever that is", async () => {
    const property = fc.property(source, value, (lines, title) => {
      const before = parseFrontMatter(lines.join("\n"));
      const line = title.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ").toWellFormed();
      const after = editFrontMatter(lines.join("\n"), { title: line });
      if (before.kind === "invalid") return after.kind === "invalid";
      if (after.kind === "invalid") return false;
      const expected = { ...JSON.parse(before.kind === "json" ? before.json : "{}"), title: line };
      expect(attributesOf(after.source)).toEqual(expected);
      return !/^---/m.test(after.source);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("a text whose front matter is replaced", () => {
  it.each([
    ["has it in front", "Words.\n", "Other words.\n"],
    ["keeps it", "---\ntitle: A\nmore: 1\n---\nWords.\n", "Other words.\n"],
    ["may have a body that looks like it", "---\ntitle: A\n---\n", "---\ntitle: C\n---\n"],
    ["may have none that ends", "---\ntitle: A\n", "Words"],
    ["may have an empty one", "---\n---\n", ""],
    ["may have CRLF", "---\r\ntitle: A\r\n---\r\nWords.\r\n", "Words.\n"],
  ])("%s", async (_, text, body) => {
    const { attributes } = await reader.parse(text);
    const replaced = await reader.replace(text, { title: "B" }, body);
    expect(await reader.parse(replaced)).toEqual({ attributes: { ...attributes, title: "B" }, body });
  });

  it("is refused when it cannot be read or is too large", async () => {
    await expect(reader.replace("---\na: [\n---\n", {}, "")).rejects.toThrow(BadContent);
    const large = `---\na: ${"x".repeat(1_000_001)}\n---\n`;
    await expect(reader.replace(large, {}, "")).rejects.toThrow("it has more than 1 MB");
  });
});
