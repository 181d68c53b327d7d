import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseContact } from "../../src/domain/site.ts";

describe("a contact", () => {
  it.each([
    ["help@lab.example", "help@lab.example", "mailto:help@lab.example"],
    ["o'neil+help@lab.example", "o'neil+help@lab.example", "mailto:o'neil%2Bhelp@lab.example"],
    ["https://lab.example/help/", "lab.example/help", "https://lab.example/help/"],
    ["http://lab.example", "lab.example", "http://lab.example"],
  ])("is an e-mail address or a page: %s", (text, label, href) => {
    expect(parseContact(text)).toEqual({ label, href });
  });

  it.each([
    "",
    "help",
    "help@lab",
    "help @lab.example",
    "a@b@lab.example",
    "mailto:help@lab.example?subject=x y",
    "javascript:alert(1)//@x.y",
    "data:text/html,x",
    "ftp://lab.example",
    "https://",
  ])("is not %j", (text) => {
    expect(parseContact(text)).toBeUndefined();
  });

  it("never leads elsewhere than to mail or the web", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseContact(text)?.href ?? "mailto:").toMatch(/^(mailto:|https?:\/\/)/i);
      }),
    );
  });
});
