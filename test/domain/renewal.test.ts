import { describe, expect, it } from "vitest";
import type { Json } from "../../src/domain/brand.ts";
import { judgeAge } from "../../src/domain/renewal.ts";

const mark = 1_800_000_000;
const judge = (iat: Json | undefined, staleBefore: number | undefined = mark, backdatedBy = 0) =>
  judgeAge({ iat }, { staleBefore, backdatedBy });

describe("the age of claims", () => {
  it.each([
    [mark - 1, "stale"],
    [mark - 0.001, "stale"],
    [mark, "fresh"],
    [mark + 0.001, "fresh"],
    [mark + 1, "fresh"],
    [0, "stale"],
    [-5, "stale"],
  ] as const)("issued at %d, with a mark at 1800000000, is %s", (iat, verdict) => {
    expect(judge(iat)).toBe(verdict);
  });

  it("counts from the true time of issue at a provider that dates back", () => {
    expect(judge(mark - 60, mark, 60)).toBe("fresh");
    expect(judge(mark - 61, mark, 60)).toBe("stale");
  });

  it.each<[string, Json | undefined]>([
    ["is missing", undefined],
    ["is null", null],
    ["is a text", String(mark + 5)],
    ["is true", true],
    ["is a list", [mark + 5]],
    ["is not finite", Number.POSITIVE_INFINITY],
  ])("cannot be told when the time of issue %s", (_, iat) => {
    expect(judge(iat)).toBe("undated");
  });

  it("does not matter when there is no mark", () => {
    for (const iat of [undefined, "x", 0, mark]) {
      expect(judgeAge({ iat }, { staleBefore: undefined, backdatedBy: 0 })).toBe("fresh");
    }
  });
});
