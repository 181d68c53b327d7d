import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import { groupInfo } from "../../../src/domain/groups/group-info.ts";
import type { OverviewFields } from "../../../src/domain/groups/overview-fields.ts";
import {
  attributeChanges,
  fieldProblems,
  overviewFields,
} from "../../../src/domain/groups/overview-fields.ts";
import { groupName } from "../sample.ts";

const filled: OverviewFields = {
  title: "Our lab",
  byline: "By us",
  website: "https://lab.example.org",
  showDatasets: true,
  showNarratives: false,
  text: "# Hello\n",
};
const problemsOf = (fields: Partial<OverviewFields>) => fieldProblems({ ...filled, ...fields });

describe("the fields of an overview", () => {
  it("hold what is stored, with LF", () => {
    const { text, ...attributes } = filled;
    expect(overviewFields({ ...attributes, more: 1 }, "# Hello\r\n")).toEqual({ ...attributes, text });
  });

  it("are empty without an overview, which shows everything", () => {
    const empty = { title: "", byline: "", website: "", showDatasets: true, showNarratives: true, text: "" };
    expect(overviewFields({}, "")).toEqual(empty);
    expect(overviewFields({ title: null, byline: null, showDatasets: null }, "")).toEqual(empty);
  });

  it.each([
    [2024, "2024"],
    [["a", "b"], '["a","b"]'],
    [{ a: "b" }, '{"a":"b"}'],
    [false, "false"],
  ])("show %j, which is no text, so that it is not lost", (value, text) => {
    expect(overviewFields({ title: value, byline: value, website: value }, "")).toMatchObject({
      title: text,
      byline: text,
      website: text,
    });
  });

  it("show what the group's page does", () => {
    for (const value of [undefined, null, true, false, "no", 0]) {
      const attributes = { showDatasets: value, showNarratives: value };
      const { showDatasets, showNarratives } = groupInfo(groupName("blab"), attributes, "", null);
      expect(overviewFields(attributes, "")).toMatchObject({ showDatasets, showNarratives });
    }
  });
});

describe("fields that can be used", () => {
  it.each<Partial<OverviewFields>>([
    {},
    { title: "", byline: "", website: "", text: "" },
    { title: "x".repeat(200), byline: "x".repeat(500) },
    { title: "Labor für Grippe 🦠: \"A\" & 'B' # 1" },
    { website: "http://lab.example.org/a?b=c#d" },
    { website: "mailto:lab@example.org" },
    { text: "a\n".repeat(50_000) },
  ])("have no problems: %#", (fields) => {
    expect(problemsOf(fields)).toEqual({});
  });

  it.each<[Partial<OverviewFields>, string, RegExp]>([
    [{ title: "x".repeat(201) }, "title", /200 characters/],
    [{ title: "a\nb" }, "title", /single line/],
    [{ title: "a\u2028b" }, "title", /single line/],
    [{ title: "a\u0000b" }, "title", /single line/],
    [{ byline: "x".repeat(501) }, "byline", /500 characters/],
    [{ byline: "a\tb" }, "byline", /single line/],
    [{ website: "lab.example.org" }, "website", /https:\/\//],
    [{ website: "javascript:alert(1)" }, "website", /https:\/\//],
    [{ website: "https://" }, "website", /https:\/\//],
    [{ website: `https://lab.example.org/${"x".repeat(2000)}` }, "website", /2000 characters/],
    [{ text: "ä".repeat(50_001) }, "text", /100 kB/],
  ])("are told from those that cannot: %#", (fields, name, problem) => {
    expect(problemsOf(fields)).toEqual({ [name]: expect.stringMatching(problem) });
  });

  it("are told of all at once", () => {
    expect(Object.keys(problemsOf({ title: "\n", byline: "\n", website: "x" }))).toEqual([
      "title",
      "byline",
      "website",
    ]);
  });
});

describe("changes of attributes", () => {
  it("are none when the front matter says already what the fields do", () => {
    const { text, ...attributes } = filled;
    expect(attributeChanges({ ...attributes, more: 1 }, filled)).toEqual({});
  });

  it.each<[JsonObject, object]>([
    [
      {},
      {
        title: "Our lab",
        byline: "By us",
        website: filled.website,
        showDatasets: true,
        showNarratives: false,
      },
    ],
    [
      { title: "Other", byline: "By us", website: 7, showDatasets: "no", showNarratives: true },
      {
        title: "Our lab",
        website: filled.website,
        showDatasets: true,
        showNarratives: false,
      },
    ],
  ])("make %j say it", (attributes, changes) => {
    expect(attributeChanges(attributes, filled)).toEqual(changes);
  });

  it("remove what is empty, unless it is not there", () => {
    const empty = { ...filled, title: "", byline: "", website: "" };
    const shown = { showDatasets: true, showNarratives: false };
    expect(attributeChanges({ ...shown, title: "Other", byline: null }, empty)).toEqual({ title: null });
  });
});
