import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/domain/brand.ts";
import { freshness, laterMark, renewalDue } from "../../../src/domain/sessions/renewal.ts";

const mark = 1_800_000_000;
const judge = (iat: Json | undefined, notBefore: number | undefined = mark, backdatedBy = 0) =>
  freshness({ iat }, { notBefore, backdatedBy, renewedAfterMark: undefined });

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
      expect(freshness({ iat }, { notBefore: undefined, backdatedBy: 0, renewedAfterMark: undefined })).toBe(
        "fresh",
      );
    }
  });

  it.each([
    [mark, "fresh"],
    [mark + 1, "fresh"],
    [mark - 1, "stale"],
  ] as const)(
    "does not matter for a token that was asked for after a mark at %d was there: %s",
    (renewedAfterMark, verdict) => {
      expect(freshness({ iat: mark - 3600 }, { notBefore: mark, backdatedBy: 0, renewedAfterMark })).toBe(
        verdict,
      );
    },
  );
});

describe("the moment from which a token is renewed ahead of its end", () => {
  const end = 1_800_003_600;

  it.each([
    ["a minute before the end of a token of an hour", 3600, 0, end - 60],
    ["half a minute before it, at the latest", 3600, 1, end - 30],
    ["somewhere between the two", 3600, 0.5, end - 45],
    ["no more than a minute before the end of one of a year", 31_536_000, 0, end - 60],
    ["a minute before the end of one of ten minutes", 600, 0, end - 60],
    ["a tenth of its life before the end of one of five minutes", 300, 0, end - 30],
    ["its end, for one that never lives", 0, 0, end],
    ["its end, for one that was issued after it", -100, 0, end],
  ])("is %s", (_, life, fraction, due) => {
    expect(renewalDue({ exp: end, iat: end - life }, fraction)).toBe(due);
  });

  it("is a minute before the end of a token that does not say when it was issued", () => {
    expect(renewalDue({ exp: end }, 0)).toBe(end - 60);
    expect(renewalDue({ exp: end, iat: "soon" }, 0)).toBe(end - 60);
  });

  it.each([undefined, null, "soon", Number.NaN])("is none for a token whose end is %s", (exp) => {
    expect(renewalDue({ exp, iat: 1 }, 0)).toBeUndefined();
  });
});

describe("a mark after another one", () => {
  it("is the time at which it is set, or a little later than one that is as late", () => {
    expect(laterMark(undefined, mark)).toBe(mark);
    expect(laterMark(mark - 1, mark)).toBe(mark);
    for (const present of [mark, mark + 5]) {
      const later = laterMark(present, mark);
      expect(later).toBeGreaterThan(present);
      expect(later).toBeLessThan(present + 0.01);
    }
  });
});
