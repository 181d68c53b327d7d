import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frontMatter } from "../../../src/adapters/content/front-matter.ts";
import { BadContent } from "../../../src/domain/failure.ts";

const parse = (text: string) => frontMatter().parse(text);
const yaml = (source: string) => parse(`---\n${source}\n---\n`).attributes;
const fault = (source: string): string => {
  try {
    yaml(source);
  } catch (error) {
    if (error instanceof BadContent) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("front matter", () => {
  it("is taken off the text, with LF and with CRLF", () => {
    expect(parse("---\ntitle: A\n---\n# B\n")).toEqual({ attributes: { title: "A" }, body: "# B\n" });
    expect(parse("---\r\ntitle: A\r\n---\r\n# B\r\n")).toEqual({
      attributes: { title: "A" },
      body: "# B\r\n",
    });
    expect(parse("\ufeff---\ntitle: A\n---")).toEqual({ attributes: { title: "A" }, body: "" });
  });

  it("may be JSON", () => {
    expect(parse('---\n{"title": "A",\n"n": [1]}\n---\nB')).toEqual({
      attributes: { title: "A", n: [1] },
      body: "B",
    });
    expect(fault('{"title": "A",}')).toMatch("not valid JSON");
    expect(fault("{title: A}")).toMatch("not valid JSON");
  });

  it.each([
    "",
    "# Title\n",
    " ---\na: 1\n---\n",
    "---- \na: 1\n---\n",
    "\n---\na: 1\n---\n",
    "---\na: 1\n",
    "text\n---\n",
  ])("is not seen in %j, which is all body", (text) => {
    expect(parse(text)).toEqual({ attributes: {}, body: text });
  });

  it("ends at the first line of three hyphens, and not within a line", () => {
    expect(parse("---\na: x --- y\nb: '----'\n---\nc\n---\n")).toEqual({
      attributes: { a: "x --- y", b: "----" },
      body: "c\n---\n",
    });
  });

  it("may be empty", () => {
    expect(parse("---\n---\nB")).toEqual({ attributes: {}, body: "B" });
    expect(yaml("# only a comment")).toEqual({});
  });

  it("keeps dates, keys and merges as YAML 1.2 says", () => {
    expect(yaml("date: 2018-08-01\non: yes\n<<: {a: 1}\n1: 0x10")).toEqual({
      date: "2018-08-01",
      on: "yes",
      "<<": { a: 1 },
      1: 16,
    });
  });

  it("gives nothing that is not JSON", () => {
    expect(yaml("a: .inf\nb: .nan")).toEqual({ a: null, b: null });
    const { attributes } = parse("---\n__proto__: {x: 1}\n---\n");
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.keys(attributes)).toEqual(["__proto__"]);
  });

  it.each([
    ["title: A: B", "line 2 is not valid YAML"],
    ["a: 1\nb:\n\t- c", "line 4 is not valid YAML"],
    ['a: "b', "not valid YAML"],
    ["a: 1\na: 2", '"a" is there twice'],
    ["b: {a: 1, 'a': 2}", '"a" is there twice'],
    ["a: !mine b", "not valid YAML"],
    ["a: !!binary aGVsbG8=", "tag"],
    ["a: *b", "*b refers to nothing"],
    ["a: &a [*a]", "refers to itself"],
    ["[1, 2]: 3", "not plain text"],
    ["? {a: 1}\n: 2", "not plain text"],
    ["- a\n- b", "names and values"],
    ["just text", "names and values"],
    [`a: ${"[".repeat(40)}${"]".repeat(40)}`, "32 levels deep"],
    [`{"a": ${"[".repeat(40)}${"]".repeat(40)}}`, "32 levels deep"],
    [`{"a": ${"[".repeat(15_000)}${"]".repeat(15_000)}}`, "32 levels deep"],
    [`a: ${"[".repeat(900)}`, "not valid YAML"],
    ["? ".repeat(450), "not plain text"],
    [`a: &a 1\nb:\n${"- *a\n".repeat(101)}`, "more than 100 aliases"],
    [`a: ${"x".repeat(32_000)}`, "more than 32 kB"],
  ])("refuses %j", (source, why) => {
    expect(fault(source)).toMatch(why);
  });

  it.each([
    `a: [${"[],".repeat(10_000)}]`,
    `a: [${",".repeat(30_000)}]`,
    `a: ${"[".repeat(30_000)}`,
    "? ".repeat(15_000),
    "- ".repeat(15_000),
    "& ".repeat(15_000),
    "}: ]\n".repeat(6000),
    `a: &a [${"1,".repeat(10_000)}]\nb: [${"*a,".repeat(99)}]`,
  ])("refuses %j before it is parsed, which would hold everybody else up", (source) => {
    expect(fault(source)).toMatch("more than 2,000 words and marks");
  });

  it("may be long, and may be a list of many", () => {
    expect(yaml(`abstract: >\n${"  Some words, and a comma.\n".repeat(1000)}`).abstract).toMatch(/^Some/);
    const authors = Array.from({ length: 150 }, (_, i) => `  - name: Author ${i}\n    link: "#${i}"\n`);
    expect(yaml(`title: A\nauthors:\n${authors.join("")}`).authors).toHaveLength(150);
  });

  it("refuses the billion laughs", () => {
    const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 9; i += 1)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(",")}]`,
      );
    expect(fault(lines.join("\n"))).toMatch("aliases (*) make it too large");
  });

  it("of a real narrative is read", () => {
    const text = readFileSync(
      new URL("../../../../shared/data/intro-to-narratives.md", import.meta.url),
      "utf8",
    );
    const { attributes, body } = parse(text);
    expect(attributes.dataset).toBe("https://nextstrain.org/mumps/na?d=tree");
    expect(body).toMatch(/^\n\n# \[Map View\]/);
  });
});
