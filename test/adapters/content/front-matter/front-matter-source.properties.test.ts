import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readValues } from "../../../../src/adapters/content/front-matter/front-matter-source.ts";
import { splitFrontMatter } from "../../../../src/adapters/content/front-matter/split-front-matter.ts";

const piece = fc.oneof(
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
const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(""));
const whole = fc.oneof(
  text,
  fc.tuple(text, text).map(([source, rest]) => `---\n${source}\n---${rest}`),
);

describe("any text", () => {
  it("is split into what stands in it in this order, or is not split", () => {
    fc.assert(
      fc.property(whole, (given) => {
        const split = splitFrontMatter(given);
        fc.pre(split.outcome === "found");
        expect(
          given
            .replace(/^\ufeff/, "")
            .slice(4)
            .startsWith(split.source),
        ).toBe(true);
        expect(given.endsWith(split.body)).toBe(true);
        expect(split.source).not.toMatch(/(?<=.)[\n\r]---/s);
      }),
    );
  });

  it("comes to an object of JSON, or is refused with a reason on one line", () => {
    fc.assert(
      fc.property(
        fc.oneof(text, fc.constantFrom("2024-05-01", "!!binary aGVsbG8=", "!!omap [a: 1]")),
        (source) => {
          const values = readValues(source);
          if (values.kind === "refused") expect(values.why).toMatch(/^.+$/);
          else expect(JSON.parse(values.json)).toBeTypeOf("object");
          if (values.kind === "json") expect(values.json).toMatch(/^\{/);
        },
      ),
    );
  });

  it("has the values that were written as JSON, and the body behind them", () => {
    const values = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(values, text, (written, body) => {
        const split = splitFrontMatter(`---\n${JSON.stringify(written)}\n---\n${body}`);
        expect(split).toMatchObject({ outcome: "found", body });
        if (split.outcome !== "found") return;
        expect(readValues(split.source)).toEqual({
          kind: "json",
          json: JSON.stringify(JSON.parse(split.source)),
        });
        expect(JSON.parse(split.source)).toEqual(JSON.parse(JSON.stringify(written)));
      }),
    );
  });
});
