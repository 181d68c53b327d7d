import { describe, expect, it } from "vitest";
import { versionIn } from "../../../src/app/commands/version.ts";

describe("a version", () => {
  it("is the one that package.json names", () => {
    expect(versionIn('{"name": "x", "version": "1.2.3"}')).toBe("1.2.3");
  });

  it.each(["", "{", "null", '"1.2.3"', "{}", '{"version": 1}', '{"version": ["1.2.3"]}'])(
    "is not made up for %j",
    (text) => {
      expect(() => versionIn(text)).toThrow("package.json names no version.");
    },
  );
});
