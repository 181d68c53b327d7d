import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accentStyle } from "../../../../src/adapters/http/assets/accent-style.ts";
import { pageFile } from "../../../../src/adapters/http/pages/page-files.ts";

/** The relative luminance of WCAG 2.2, written anew from its definition. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

/** The values of a property, in the light scheme and in the dark one. */
const valuesOf = (style: string, name: string): string[] =>
  [...style.matchAll(new RegExp(`--${name}: ?(#[0-9a-f]{3,6})`, "g"))].map(([, value = ""]) =>
    value.length === 4 ? value.replace(/[0-9a-f]/g, "$&$&") : value,
  );

const grounds = ["page", "surface"].map((name) => valuesOf(pageFile("palette.css"), name));

describe("The shades of an accent colour", () => {
  it("can be read on every ground, and text on them, whatever the colour is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const style = accentStyle(`#${number.toString(16).padStart(6, "0")}`);
        const [accents, onAccents] = [valuesOf(style, "accent"), valuesOf(style, "on-accent")];
        for (const scheme of [0, 1]) {
          const accent = accents[scheme] ?? "";
          for (const ground of [...grounds, onAccents])
            expect(contrast(accent, ground[scheme] ?? "")).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it("are the colour itself where that can be read", () => {
    expect(valuesOf(accentStyle("#0f6b66"), "accent")[0]).toBe("#0f6b66");
    expect(valuesOf(accentStyle("#5ec4ba"), "accent")[1]).toBe("#5ec4ba");
  });
});
