import { afterAll, describe, expect, it } from "vitest";
import { openFrontMatter } from "../../../../src/adapters/content/front-matter/front-matter.ts";
import { parseFrontMatter } from "../../../../src/adapters/content/front-matter/parse-front-matter.ts";
import { BadContent } from "../../../../src/domain/failure.ts";

const reader = openFrontMatter();
afterAll(() => reader.close());

const parse = (text: string) => reader.parse(text);
const yaml = (source: string): unknown => {
  const values = parseFrontMatter(source);
  if (values.kind === "invalid") throw new Error(values.reason);
  return JSON.parse(values.json);
};
const errorOf = (source: string): string => {
  const values = parseFrontMatter(source);
  if (values.kind === "json") throw new Error(`it was accepted: ${values.json}`);
  return values.reason;
};

describe("front matter", () => {
  it("is split from the body, with LF, CRLF and CR", async () => {
    expect(await parse("---\ntitle: A\n---\n# B\n")).toEqual({ attributes: { title: "A" }, body: "# B\n" });
    expect(await parse("---\r\ntitle: A\r\n---\r\n# B\r\n")).toEqual({
      attributes: { title: "A" },
      body: "# B\r\n",
    });
    expect(await parse("---\rtitle: A\r---\r# B")).toEqual({ attributes: { title: "A" }, body: "# B" });
    expect(await parse("\ufeff---\ntitle: A\n---")).toEqual({ attributes: { title: "A" }, body: "" });
  });

  it.each(["2024-05-01", "!!binary aGVsbG8="])("is rejected when it is a scalar such as %s", (source) => {
    expect(errorOf(source)).toMatch("it has to be made of names and values");
  });

  it("may be JSON", async () => {
    expect(await parse('---\n{"title": "A",\n"n": [1]}\n---\nB')).toEqual({
      attributes: { title: "A", n: [1] },
      body: "B",
    });
    expect(errorOf('{"title": "A",\n"b": 1,}')).toMatch("line 3: it begins with { and is not valid JSON");
    expect(errorOf("{title: A}")).toMatch("line 2: it begins with { and is not valid JSON");
  });

  it.each([
    "",
    "# Title\n",
    " ---\na: 1\n---\n",
    "---- \na: 1\n---\n",
    "--- \na: 1\n---\n",
    "\n---\na: 1\n---\n",
    "---\na: 1\n",
    "---\n---\n",
    "text\n---\n",
  ])("is not found in %j, which is all body", async (text) => {
    expect(await parse(text)).toEqual({ attributes: {}, body: text });
  });

  it("ends at the first line that begins with three hyphens, and not within a line", async () => {
    expect(await parse("---\na: x --- y\nb: '----'\n---\nc\n---\n")).toEqual({
      attributes: { a: "x --- y", b: "----" },
      body: "c\n---\n",
    });
    expect((await parse("---\na: b\n--- \t\nc")).body).toBe("c");
    expect((await parse("---\na: b\n---- c")).body).toBe("- c");
  });

  it("may contain only a comment", async () => {
    expect(await parse("---\n# only a comment\n---\nB")).toEqual({ attributes: {}, body: "B" });
  });

  it("is converted to JSON values", async () => {
    expect(yaml("a: .inf\nb: .nan\nc: 2024-05-01\nd: !!set {e}")).toEqual({
      a: null,
      b: null,
      c: "2024-05-01T00:00:00.000Z",
      d: { e: null },
    });
    const { attributes } = await parse("---\n__proto__: {x: 1}\n---\n");
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.keys(attributes)).toEqual(["__proto__"]);
  });

  it.each([
    ["title: A: B", "line 2 is not valid YAML: a value with a colon and a blank in it needs quotation marks"],
    [
      "a: 1\ntitle: *Zika* in 2024",
      "line 3 is not valid YAML: a value that begins with * needs quotation marks",
    ],
    ["title: @lab", "line 2 is not valid YAML: a value that begins with @ needs quotation marks"],
    ["title: - a", "line 2 is not valid YAML: a value that begins with - needs quotation marks"],
    ["title: !mine b", "line 2 is not valid YAML: a value that begins with ! needs quotation marks"],
    ["title: > b", "line 2 is not valid YAML: a value that begins with > or | needs quotation marks"],
    [
      'title: a\ndate: "2024\nauthors: b\n',
      "line 3 is not valid YAML: a quotation mark opens a text here that is not closed",
    ],
    [
      "title: 'it''s\nauthors: b\n",
      "line 2 is not valid YAML: a quotation mark opens a text here that is not closed",
    ],
    [
      "title: 'it's'\ndate: 2024",
      "line 2 is not valid YAML: this is no name with a colon, a blank and a value",
    ],
    [
      "title: a\nno colon\ndate: 2024",
      "line 3 is not valid YAML: this is no name with a colon, a blank and a value",
    ],
    ["no colon\ntitle: a", "line 2 is not valid YAML: this is no name with a colon, a blank and a value"],
    ["title: a\n  date: 2024", "line 3 is not valid YAML: it begins with too many or too few blanks"],
    ["a:\n  b: 1\n c: 2", "line 4 is not valid YAML: it begins with too many or too few blanks"],
    ["a: 1\nb: 2\na: 3", "line 4 is not valid YAML: a name is there twice"],
    ["a: [b, c\nd: e", "line 2 is not valid YAML: a bracket is not closed or a comma is missing"],
    ["a: [b, c", "line 2 is not valid YAML: a bracket is not closed or a comma is missing"],
    ['a: "C:\\data"', "line 2 is not valid YAML: a backslash in double quotation marks"],
    ["a: \u0007", "line 2 is not valid YAML: it holds a control character"],
    ["\na: \u0007", "line 3 is not valid YAML: it holds a control character"],
    ["a: *b", "line 2 is not valid YAML: a value that begins with * needs quotation marks"],
    ["a: &a [*a]", "refers to itself"],
    ["a: !!js/function 'function () {}'", "a value that begins with ! needs quotation marks"],
    ["- a\n- b", "made of names and values"],
    ["title:My title", "with a blank after the colon"],
    [`a: ${"[".repeat(20_000)}`, "nested too deeply"],
    [`{"a": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "nested too deeply"],
  ])("rejects %j, and says where and why", (source, why) => {
    expect(errorOf(source)).toMatch(why);
  });

  it("counts lines from the top of the file, with any line terminator", async () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = ["---", "title: a", "b: c: d", "---", ""].join(end);
      await expect(parse(text)).rejects.toThrow("line 3 is not valid YAML: a value with a colon");
    }
  });

  it("rejects more than 10,000 values", () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}: v`).join("\n");
    expect(errorOf(names(10_001))).toMatch("more than 10,000 values");
    expect(parseFrontMatter(names(9000)).kind).toBe("json");
  });

  it("rejects the billion laughs attack", () => {
    const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 9; i += 1)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(",")}]`,
      );
    expect(errorOf(lines.join("\n"))).toMatch("aliases (*) make it too large");
  });

  it("may be long, may have a long list, and may contain an image", () => {
    expect(yaml(`abstract: >\n${"  Some words, and a comma.\n".repeat(1000)}`)).toMatchObject({
      abstract: expect.stringMatching(/^Some/),
    });
    const authors = Array.from({ length: 2000 }, (_, i) => `  - name: Author ${i}\n    link: "#${i}"\n`);
    expect(yaml(`title: A\nauthors:\n${authors.join("")}`)).toMatchObject({
      authors: expect.objectContaining({ length: 2000 }),
    });
    expect(yaml(`abstract: "![a](data:image/png;base64,${"A".repeat(500_000)})"`)).toHaveProperty("abstract");
  });

  it("of more than a megabyte is rejected without being parsed", async () => {
    await expect(parse(`---\na: ${"x".repeat(1_000_000)}\n---\n`)).rejects.toThrow("more than 1 MB");
    await expect(parse("---\na: b: c\n---\n")).rejects.toThrow(BadContent);
  });
});
