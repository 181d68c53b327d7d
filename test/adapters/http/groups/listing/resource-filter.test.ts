import { describe, expect, it } from "vitest";
import {
  filterQuery,
  isFiltering,
  matches,
  noFilter,
  parseFilter,
} from "../../../../../src/adapters/http/groups/listing/resource-filter.ts";
import { dataset, group, narrative } from "../../pages/sample.ts";

const parse = (query: string) => parseFilter(new URLSearchParams(query));
const lab = group("Lab-One");

describe("A filter", () => {
  it("is parsed from repeated parameters, each of which may have several words", () => {
    expect(parse("filter=Zika&filter=a%20b&type=dataset")).toEqual({
      words: ["zika", "a", "b"],
      kinds: ["dataset"],
    });
    expect(parse("")).toEqual(noFilter);
    expect(parse("filter=+&type=other")).toEqual(noFilter);
  });

  it("is serialised as a query that parses to the same filter", () => {
    for (const query of ["?filter=a&filter=b%26c&type=dataset&type=narrative", ""]) {
      expect(filterQuery(parse(query))).toBe(query);
    }
  });

  it("has at most twenty words of a hundred characters", () => {
    const words = Array.from({ length: 21 }, (_, i) => `w${i}`);
    expect(parse(`filter=${words.join("+")}`).words).toEqual(words.slice(0, 20));
    expect(parse(`filter=${"a".repeat(101)}`).words).toEqual(["a".repeat(100)]);
  });

  it("matches every word, anywhere in the group's name or the path, ignoring case", () => {
    const resource = dataset(lab, "Zika/2024");
    expect(matches(parse("filter=zik+024"), resource)).toBe(true);
    expect(matches(parse("filter=lab-one"), resource)).toBe(true);
    expect(matches(parse("filter=zika+2025"), resource)).toBe(false);
  });

  it("matches one of the kinds, if there are any", () => {
    expect(matches(parse("type=narrative"), dataset(lab, "a"))).toBe(false);
    expect(matches(parse("type=narrative"), narrative(lab, "a"))).toBe(true);
    expect(matches(parse("type=narrative&type=dataset"), dataset(lab, "a"))).toBe(true);
    expect(isFiltering(noFilter)).toBe(false);
    expect(isFiltering(parse("type=dataset"))).toBe(true);
  });
});
