import { describe, expect, it } from "vitest";
import { normaliseGroupName, parseGroupName } from "../../../src/domain/groups/group.ts";

describe("a group's name", () => {
  it.each(["foo-bar", "123", "abc", "---", "SPHERES", "x".repeat(50)])("may be %s", (name) => {
    expect(parseGroupName(name)).toBe(name);
  });

  it.each([
    ["is empty", ""],
    ["has two characters", "12"],
    ["has 51 characters", "x".repeat(51)],
    ["holds a slash", "foo/bar"],
    ["ends in a slash", "foobar/"],
    ["holds an underscore", "foo_bar"],
    ["holds a space", "foo bar"],
    ["ends in a line feed", "foobar\n"],
    ["holds a dot", "foo.bar"],
    ["holds an accent", "zürich"],
    ["holds a Cyrillic а", "blаb"],
    ["holds a ligature", "nextﬂu"],
    ["holds a full-width letter", "ｂlab"],
    ["holds NUL", "foo\0bar"],
  ])("is refused when it %s", (_, name) => {
    expect(parseGroupName(name)).toBeUndefined();
  });
});

describe("the normalised form of a group's name", () => {
  it.each([
    ["FOObar", "foobar"],
    ["nextﬂu", "nextflu"],
    ["ｂｌａｂ", "blab"],
    ["foo-bar", "foo-bar"],
    // Not the Turkish dotless ı, wherever the server stands.
    ["INRB", "inrb"],
    ["", ""],
  ])("of %j is %j", (name, normalised) => {
    expect(normaliseGroupName(name)).toBe(normalised);
  });

  it("keeps a Cyrillic а apart from a Latin one", () => {
    expect(normaliseGroupName("blаb")).not.toBe(normaliseGroupName("blab"));
  });

  it("does not change when it is normalised again", () => {
    for (const name of ["FOObar", "nextﬂu", "ＡＢＣ"]) {
      const once = normaliseGroupName(name);
      expect(normaliseGroupName(once)).toBe(once);
    }
  });
});
