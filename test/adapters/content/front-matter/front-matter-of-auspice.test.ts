import { describe, expect, it } from "vitest";
import { parseFrontMatter } from "../../../../src/adapters/content/front-matter/parse-front-matter.ts";
import { splitFrontMatter } from "../../../../src/adapters/content/front-matter/split-front-matter.ts";
import { seededNumbers } from "../../../../src/app/sample/random-numbers.ts";
import { auspiceParser } from "../../../support/auspice/auspice-parser.ts";

const inAuspice = auspiceParser();

/** What is needed to show a narrative: at least one attribute, as JSON, and the body. */
type Narrative = { readonly values: object; readonly body: string } | undefined;

const narrativeOf = (values: unknown, body: string): Narrative => {
  const isMap = typeof values === "object" && values !== null && !Array.isArray(values);
  return isMap && Object.keys(values).length > 0 ? { values, body } : undefined;
};

const byAuspice = (text: string): Narrative => {
  try {
    const read = inAuspice(text);
    if (Array.isArray(read)) return undefined;
    const { __content: content, ...values } = read;
    // We drop the rest of the closing line, which Auspice does not.
    const body = String(content).replace(/^[ \t]*(\r\n?|\n|$)/, "");
    return narrativeOf(JSON.parse(JSON.stringify(values)), body);
  } catch {
    return undefined;
  }
};

const byUs = (text: string): Narrative => {
  const split = splitFrontMatter(text);
  if (split.outcome !== "found") return undefined;
  const values = parseFrontMatter(split.source);
  return values.kind === "json" ? narrativeOf(JSON.parse(values.json), split.body) : undefined;
};

const marks: [string, ...string[]] = [
  ": ",
  "- ",
  "\t",
  "'",
  '"',
  "[",
  "}",
  "#",
  "&a ",
  "*a",
  "!",
  "\n",
  "\r",
  "---",
  "é",
];

/** Realistic files, some of which stricter parsers reject. */
const narratives: Record<string, string> = {
  usual:
    "---\ntitle: A week in May\nauthors: A. Person\ndate: May 2024\ndataset: https://a.example/groups/x/y\n---\n\n# [One](https://a.example/groups/x/y?d=tree)\n\nText\n",
  "quoted text that goes on in the first column":
    '---\ntitle: Spring\nabstract: "\nThese words begin in the first column.\n\nSo do these: with a colon.\n"\ndataset: https://a.example/x\n---\nText',
  "a tab before a name": "---\ntitle: Spring\n\tauthors: B. Person\ndataset: https://a.example/x\n---\nText",
  "a tab alone in a line": "---\ntitle: Spring\n\t\ndataset: https://a.example/x\n---\n",
  "tabs behind colons": "---\ntitle:\tSpring\nauthors:\tA\n---\n",
  "a tab before a list": "---\nauthors:\n\t- A\n\t- B\n---\n",
  "single quotes over lines": "---\ntitle: 'Spring\nand summer'\n---\n",
  "plain text over lines": "---\ntitle: Spring\n  and summer\n---\n",
  "folded and literal text":
    "---\na: >\n  one\n  two\n\n  three\nb: |\n  one\n  two\nc: >-\n  one\nd: |+\n  one\n\n---\n",
  "lists of authors":
    "---\nauthors:\n  - A. Person\n  - B. Person\nauthorLinks:\n  - https://a.example\n  -\naffiliations: [One, 'Two, and a half']\n---\n",
  "numbers of all kinds":
    "---\na: 012\nb: 0x1F\nc: 0b11\nd: 1_000\ne: 1:30\nf: 1e3\ng: .5\nh: -0\ni: 0o17\nj: 190:20:30.15\n---\n",
  "words that are more than words": "---\na: yes\nb: on\nc: True\nd: NULL\ne: ~\nf:\ng: 'true'\nh: y\n---\n",
  dates:
    "---\na: 2024-05-01\nb: 2024-05-01 12:00:00\nc: 2024-05-01T12:00:00+02:00\nd: May 1\ne: 2024-5-1\n---\n",
  comments: "---\n# nothing\ntitle: A # not this\nb: 'a # b'\nc: a#b\n---\n",
  "anchors and merges": "---\nbase: &b {a: 1}\nmore:\n  <<: *b\n  c: 2\nsame: *b\n---\n",
  "a map as a name": "---\n? {a: 1}\n: 2\n? [b]\n: 3\n---\n",
  JSON: '---\n{"title": "A", "b": [1, {"c": null}]}\n---\nText',
  "JSON after CRLF": '---\r\n{"title": "A", "b": [1]}\r\n---\r\nText',
  CRLF: "---\r\ntitle: A\r\nb: >\r\n  c\r\n  d\r\n---\r\nText\r\n",
  CR: "---\rtitle: A\rb: c\r---\rText",
  "umlauts and more": "---\ntitle: Grippe in Zürich — 流感 😀\n---\n",
  "a byte that no editor shows": "---\ntitle: a\u0000b\n---\n",
  "three hyphens and more": "---\ntitle: A\n---and text\n",
  "three hyphens within a quoted text": '---\ntitle: "A\n---\nB"\n---\n',
  "a blank line first": "---\n\ntitle: A\n---\n",
  "two lines of hyphens": "---\n---\ntitle: A\n---\n",
  "only a comment": "---\n# A\n---\n",
  "only text": "---\nA\n---\n",
  "a list": "---\n- A\n---\n",
  "no end": "---\ntitle: A\n",
  "a second document": "---\ntitle: A\n...\nb: c\n---\n",
  directives: "---\n%YAML 1.2\n---\ntitle: A\n---\n",
  tags: "---\na: !!str 5\nb: !!int '5'\nc: !!float 5\nd: !!null ''\ne: !!seq [a]\nf: !!map {a: b}\ng: !!omap [a: 1]\nh: !!pairs [a: 1]\n---\n",
  "a tag that runs code": "---\na: !!js/regexp /x/\n---\n",
  "names that objects have": "---\n__proto__: {a: 1}\nconstructor: b\ntoString: c\nhasOwnProperty: d\n---\n",
  "a name twice": "---\na: 1\na: 2\n---\n",
  "values that need quotation marks": "---\ntitle: A: B\n---\n",
};

describe("front matter is parsed as by the installed Auspice", () => {
  it.each(Object.entries(narratives))("with %s", (_, text) => {
    expect(byUs(text)).toEqual(byAuspice(text));
  });

  it("in both forms that a stricter parser rejects", () => {
    for (const name of ["quoted text that goes on in the first column", "a tab before a name"])
      expect(byUs(narratives[name] ?? "")).toHaveProperty("values.title", "Spring");
  });

  it("in thousands of randomly mutated files", () => {
    const random = seededNumbers(11);
    const lines = Object.values(narratives).flatMap((text) => text.split("\n").slice(1, -1));
    const mutated = (): string => {
      const source = random
        .shuffled(lines)
        .slice(0, 1 + random.below(5))
        .join(random.pick(["\n", "\n", "\n", "\r\n"]));
      const at = random.below(source.length);
      return `---\n${source.slice(0, at)}${random.pick(marks)}${source.slice(at)}\n---\nText`;
    };
    let accepted = 0;
    for (let round = 0; round < 5000; round += 1) {
      const text = mutated();
      const auspice = byAuspice(text);
      if (auspice) accepted += 1;
      expect(byUs(text), text).toEqual(auspice);
    }
    expect(accepted).toBeGreaterThan(1000);
  });
});
