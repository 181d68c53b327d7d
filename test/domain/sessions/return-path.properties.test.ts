import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseReturnPath, sizeOf } from "../../../src/domain/sessions/return-path.ts";

const origin = "https://groups.example.org";

const piece = fc.oneof(
  fc.constantFrom("/", "\\", "//", "\t", "\n", "\r", "..", ".", "@", ":", "?", "#", "%2f", "%5c", " "),
  fc.constantFrom("evil.example", "https:", "javascript:", "login", "logged-in", "logout", "\u2028", "\x85"),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const target = fc
  .tuple(fc.constantFrom("/", ""), fc.array(piece, { maxLength: 6 }))
  .map(([first, pieces]) => first + pieces.join(""));
const long = fc
  .tuple(target, fc.integer({ min: 0, max: 3000 }))
  .map(([text, count]) => text + "é".repeat(count));

describe("any target of a login's return", () => {
  it("that is accepted stays on this origin, however a browser reads it, and fits into the cookie", () => {
    fc.assert(
      fc.property(fc.oneof(target, long), (text) => {
        const path = parseReturnPath(text);
        fc.pre(path !== undefined);
        expect(new URL(path, origin).origin).toBe(origin);
        expect(new URL(path, `${origin}/logged-in?code=1`).origin).toBe(origin);
        expect(sizeOf(path)).toBeLessThanOrEqual(1300);
        expect(text.startsWith(path)).toBe(true);
        expect(parseReturnPath(path)).toBe(path);
      }),
    );
  });

  it("that is accepted neither begins nor ends a login again", () => {
    const near = fc
      .tuple(fc.constantFrom("/login", "/logout", "/logged-in", "/LOGIN"), fc.array(piece, { maxLength: 2 }))
      .map(([first, rest]) => first + rest.join(""));
    fc.assert(
      fc.property(fc.oneof(near, target), (text) => {
        const path = parseReturnPath(text);
        fc.pre(path !== undefined);
        const { pathname } = new URL(path, origin);
        expect(pathname.toLowerCase().replace(/\/$/, "")).not.toMatch(/^\/+(login|logged-in|logout)$/);
      }),
    );
  });
});
