import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeId, encodeId, parseRecordId } from "../../../src/domain/records/record.ts";

describe("a record's id", () => {
  it.each(["", "\ud800", "x".repeat(201), "é".repeat(34)])("is not %j", (text) => {
    expect(parseRecordId(text)).toBeUndefined();
  });

  it("becomes a name without slashes and without a dot in front, and comes back from it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => {
        const id = parseRecordId(text);
        fc.pre(id !== undefined);
        if (id === undefined) return;
        expect(encodeId(id)).toMatch(/^[^/.][^/]*$/);
        expect(decodeId(encodeId(id))).toBe(id);
      }),
    );
  });

  it.each(["%zz", "%", "a b", ".hidden", "%61", ""])("is not in the name %j", (name) => {
    expect(decodeId(name)).toBeUndefined();
  });
});
