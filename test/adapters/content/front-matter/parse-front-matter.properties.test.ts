import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFrontMatter } from "../../../../src/adapters/content/front-matter/parse-front-matter.ts";
import { splitFrontMatter } from "../../../../src/adapters/content/front-matter/split-front-matter.ts";

const token = fc.oneof(
  fc.constantFrom(
    "---",
    "\n",
    "\r",
    "\r\n",
    "\ufeff",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "&a ",
    "*a",
    "<<: ",
    "'",
    '"',
    "!!",
  ),
  fc.constantFrom(
    "title",
    "a: 1",
    "__proto__: ",
    "\t",
    "#",
    "|",
    ">",
    "?",
    "\0",
    "2024-05-01",
    ".nan",
    "%YAML 1.2",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const text = fc.array(token, { maxLength: 10 }).map((tokens) => tokens.join(""));
const whole = fc.oneof(
  text,
  fc.tuple(text, text).map(([source, rest]) => `---\n${source}\n---${rest}`),
);

describe("any text", () => {
  it("is split into front matter and the rest after it, or not at all", () => {
    fc.assert(
      fc.property(whole, (input) => {
        const split = splitFrontMatter(input);
        fc.pre(split.outcome === "found");
        expect(
          input
            .replace(/^\ufeff/, "")
            .slice(4)
            .startsWith(split.source),
        ).toBe(true);
        expect(input.endsWith(split.body)).toBe(true);
        expect(split.source).not.toMatch(/(?<=.)[\n\r]---/s);
      }),
    );
  });

  it("is parsed as a JSON object, or rejected with a reason of one line", () => {
    fc.assert(
      fc.property(
        fc.oneof(text, fc.constantFrom("2024-05-01", "!!binary aGVsbG8=", "!!omap [a: 1]")),
        (source) => {
          const values = parseFrontMatter(source);
          if (values.kind === "invalid") expect(values.reason).toMatch(/^.+$/);
          else expect(JSON.parse(values.json)).toBeTypeOf("object");
          if (values.kind === "json") expect(values.json).toMatch(/^\{/);
        },
      ),
    );
  });

  it("yields the attributes that were written as JSON, and the body after them", () => {
    const values = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(values, text, (written, body) => {
        const split = splitFrontMatter(`---\n${JSON.stringify(written)}\n---\n${body}`);
        expect(split).toMatchObject({ outcome: "found", body });
        if (split.outcome !== "found") return;
        expect(parseFrontMatter(split.source)).toEqual({
          kind: "json",
          json: JSON.stringify(JSON.parse(split.source)),
        });
        expect(JSON.parse(split.source)).toEqual(JSON.parse(JSON.stringify(written)));
      }),
    );
  });
});
