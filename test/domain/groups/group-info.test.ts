import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/domain/brand.ts";
import { defaultGroupInfo, groupInfo } from "../../../src/domain/groups/group-info.ts";
import type { ETag } from "../../../src/domain/resources/stored-object.ts";
import { groupName } from "../sample.ts";

const group = groupName("blab");
const infoOf = (attributes: JsonObject, body = "Words.") => groupInfo(group, attributes, body, null);
const otherwise = defaultGroupInfo(group);

/** What no field takes for what it should be. */
const strange: readonly Json[] = [null, "", "  ", 7, true, ["x"], { x: "y" }];

describe("a group's info", () => {
  it("says what the group says", () => {
    const attributes = {
      title: "Our lab",
      byline: "By us",
      website: "https://lab.example.org",
      showDatasets: false,
      showNarratives: false,
    };
    expect(groupInfo(group, attributes, "# Hello", '"a1"' as ETag)).toEqual({
      ...attributes,
      overview: "# Hello",
      logo: '"a1"',
    });
  });

  it("falls back to defaults, without fields for what has none", () => {
    expect(infoOf({}, "")).toEqual(otherwise);
    expect(otherwise).toMatchObject({ showDatasets: true, showNarratives: true, logo: null });
    expect(otherwise.title).toContain("blab");
    expect(Object.keys(infoOf({}))).not.toContain("byline");
  });

  it.each(strange)("takes %j for no title and no byline", (value) => {
    expect(infoOf({ title: value, byline: value })).toEqual({ ...otherwise, overview: "Words." });
  });

  it.each([null, "false", 0, "", "no", [], {}])("shows datasets and narratives when told %j", (value) => {
    expect(infoOf({ showDatasets: value, showNarratives: value })).toMatchObject({
      showDatasets: true,
      showNarratives: true,
    });
  });

  it.each([
    "https://a.example",
    "http://a.example",
    "ftp://a.example",
    "ftps://a.example",
    "mailto:a@b.example",
  ])("keeps the website %s", (website) => {
    expect(infoOf({ website }).website).toBe(website);
  });

  it.each([
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "lab.example.org",
    "//lab.example.org",
    ...strange,
  ])("drops the website %j", (website) => {
    expect(infoOf({ website }).website).toBeUndefined();
  });

  it.each(["", " \n\t", "\r\n"])("has default words when the body is %j", (body) => {
    expect(infoOf({}, body).overview).toBe(otherwise.overview);
  });

  it("has line feeds where the file has carriage returns too", () => {
    expect(infoOf({}, "a\r\nb\nc").overview).toBe("a\nb\nc");
  });
});
