import { expect, it } from "vitest";
import { parseSiteLogo } from "../../src/domain/site.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

it.each([
  "<svg xmlns='http://www.w3.org/2000/svg'/>",
  "\uFEFF<?xml version='1.0'?>\n<!-- a <comment> -->\n<!DOCTYPE svg>\n<svg viewBox='0 0 1 1'></svg>",
])("An SVG file is told by its root element: %s", (text) => {
  expect(parseSiteLogo(bytes(text))?.type).toBe("image/svg+xml");
});

it.each(["", "GIF89a", "<html><svg></svg></html>", "<svgfoo>", "<!-- <svg> -->"])(
  "Anything else is no logo: %s",
  (text) => {
    expect(parseSiteLogo(bytes(text))).toBeUndefined();
  },
);

it("A PNG file is told by its signature", () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
  expect(parseSiteLogo(png)?.type).toBe("image/png");
  expect(parseSiteLogo(png.subarray(0, 7))).toBeUndefined();
});

it("A hundred kilobytes of comments do not hold the thread", () => {
  const startedAt = performance.now();
  expect(parseSiteLogo(bytes("<!--".repeat(25_000)))).toBeUndefined();
  expect(parseSiteLogo(bytes("<!---->".repeat(14_000)))).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(200);
});
