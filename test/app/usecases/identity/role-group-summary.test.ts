import { expect, it } from "vitest";
import { summarizeRoleGroups } from "../../../../src/app/usecases/identity/role-group-summary.ts";
import { publicGroup, userWith } from "../../../domain/sample.ts";

const catalogue = { all: () => [publicGroup] };
const ignoredOf = (count: number): readonly string[] => {
  const { user } = userWith(...Array.from({ length: count }, (_, n) => `other-${n}/owners`));
  return summarizeRoleGroups(catalogue, user).ignoredGroups;
};

it("names twenty groups, and counts those beyond", () => {
  expect(ignoredOf(20)).toHaveLength(20);
  expect(ignoredOf(20)).not.toContainEqual(expect.stringContaining("more"));
  expect(ignoredOf(21).slice(-2)).toEqual(["other-19/owners", "and 1 more"]);
});

it("has no word of a fault where there is none", () => {
  expect(summarizeRoleGroups(catalogue, userWith("blab/owners").user)).toEqual({
    roleGroups: ["blab/owners"],
    ignoredGroups: [],
  });
});
