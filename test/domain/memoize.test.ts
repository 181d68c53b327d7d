import { describe, expect, it } from "vitest";
import { memoize } from "../../src/domain/memoize.ts";

describe("what is worked out of an object", () => {
  it("is worked out once for each, also when it comes to nothing", () => {
    const asked: object[] = [];
    const of = memoize((key: { readonly value: string | undefined }) => {
      asked.push(key);
      return key.value;
    });
    const [one, alike, nothing] = [{ value: "a" }, { value: "a" }, { value: undefined }];
    expect([of(one), of(one), of(alike), of(nothing), of(nothing)]).toEqual([
      "a",
      "a",
      "a",
      undefined,
      undefined,
    ]);
    expect(asked).toEqual([one, alike, nothing]);
  });
});
