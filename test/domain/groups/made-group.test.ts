import { describe, expect, it } from "vitest";
import type { MadeGroup } from "../../../src/domain/groups/made-group.ts";
import { groupOf, parseMadeGroup, serialiseMadeGroup } from "../../../src/domain/groups/made-group.ts";
import { noon } from "../people/sample.ts";
import { groupName } from "../sample.ts";

const group: MadeGroup = {
  name: groupName("Measles"),
  isPublic: true,
  madeBy: "ada",
  madeAt: noon,
  isBeingDeleted: false,
};

describe("the record of a group that was made here", () => {
  it.each<MadeGroup>([group, { ...group, isArchived: true, isPublic: false, isBeingDeleted: true }])(
    "comes back as it was",
    (one) => expect(parseMadeGroup(serialiseMadeGroup(one))).toEqual(one),
  );

  it.each([
    { schema: 2 },
    { name: "no/name" },
    { name: 7 },
    { isPublic: "yes" },
    { isArchived: null },
    { madeBy: 7 },
    { madeAt: "noon" },
    { isBeingDeleted: 0 },
  ])("is none with %j", (other) => {
    expect(parseMadeGroup({ ...serialiseMadeGroup(group), ...other })).toBeUndefined();
  });

  it("says to others what a group is, and no more", () => {
    expect(groupOf(group)).toEqual({ name: "Measles", isPublic: true });
    expect(groupOf({ ...group, isArchived: true })).toEqual({
      name: "Measles",
      isPublic: true,
      isArchived: true,
    });
  });
});
