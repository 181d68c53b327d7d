import { expect, it } from "vitest";
import { sanitizeText } from "../../src/domain/sanitize-text.ts";

it.each([
  ["plain words", 20, "plain words"],
  ["  two\r\nlines\tand\u0000more ", 40, "two lines and more"],
  ["turned \u202eround\u2066", 40, "turned round"],
  ["grün 🌳", 20, "grün 🌳"],
  ["half \ud83c", 20, "half \ufffd"],
  ["exactly", 7, "exactly"],
  ["one more", 7, "one mo…"],
  ["🌳🌳🌳🌳", 4, "🌳\ufffd…"],
  ["", 5, ""],
])("%j in at most %d characters is %j", (text, longest, shown) => {
  expect(sanitizeText(text, longest)).toBe(shown);
});

it("takes no longer for what is long", () => {
  expect(sanitizeText(" \u0000".repeat(5_000_000), 10)).toBe("");
});
