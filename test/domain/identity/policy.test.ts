import { describe, expect, it } from "vitest";
import { LoginRequired, NotAllowed, ProviderDown, StoreDown } from "../../../src/domain/failure.ts";
import type { Group } from "../../../src/domain/groups/group.ts";
import type { Caller } from "../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../src/domain/identity/caller.ts";
import type { ObjectType } from "../../../src/domain/identity/policy.ts";
import { may, permit } from "../../../src/domain/identity/policy.ts";
import { privateGroup, publicGroup, userWith } from "../sample.ts";

const callersOf = (group: Group): readonly (readonly [string, Caller])[] => [
  ["somebody anonymous", anonymous],
  ["an outsider", userWith("other/owners", "other/editors", "other/viewers", group.name)],
  ["a viewer", userWith(`${group.name}/viewers`)],
  ["an editor", userWith(`${group.name}/editors`)],
  ["an owner", userWith(`${group.name}/owners`)],
];

/** The columns are those of callersOf: "-" denied, "r" may read, "w" may read and write. */
const truthTable: readonly (readonly [ObjectType, Group, string])[] = [
  ["source", publicGroup, "rrrrr"],
  ["source", privateGroup, "--rrr"],
  ["dataset", publicGroup, "rrrww"],
  ["dataset", privateGroup, "--rww"],
  ["narrative", publicGroup, "rrrww"],
  ["narrative", privateGroup, "--rww"],
  ["group", publicGroup, "--rrw"],
  ["group", privateGroup, "--rrw"],
];

const cases = truthTable.flatMap(([type, group, row]) =>
  callersOf(group).map(([who, caller], column) => ({
    type,
    group,
    who,
    caller,
    expected: row[column] ?? "?",
    visibility: group.isPublic ? "public" : "private",
  })),
);

describe("the truth table", () => {
  it.each(cases)(
    "gives $who $expected on the $type of a $visibility group",
    ({ type, group, caller, expected }) => {
      const verdict = (["read", "write"] as const).map((action) => may(caller, action, type, group));
      expect(verdict).toEqual({ "-": [false, false], r: [true, false], w: [true, true] }[expected]);
    },
  );

  it.each(cases)("has permit agree with may for $who on the $type of a $visibility group", (row) => {
    for (const action of ["read", "write"] as const) {
      const verdict = () => permit(row.caller, action, row.type, row.group);
      if (may(row.caller, action, row.type, row.group)) expect(verdict).not.toThrow();
      else expect(verdict).toThrow(row.caller === anonymous ? LoginRequired : NotAllowed);
    }
  });
});

describe("roles", () => {
  it("add up when somebody has several", () => {
    const caller = userWith("blab/viewers", "blab/editors");
    expect(may(caller, "write", "dataset", publicGroup)).toBe(true);
    expect(may(caller, "write", "group", publicGroup)).toBe(false);
  });

  it("are not inherited from a claim of an internal kind", () => {
    const caller = userWith("!blab-private/owners", "!flags/blab-private/owners");
    expect(may(caller, "read", "source", privateGroup)).toBe(false);
  });

  it("count in any spelling of the group", () => {
    expect(may(userWith("BLAB-PRIVATE/editors"), "write", "narrative", privateGroup)).toBe(true);
  });
});

describe("a group that does not exist", () => {
  it("is answered as a private one in which nobody has a role", () => {
    for (const action of ["read", "write"] as const) {
      expect(() => permit(anonymous, action, "source", undefined)).toThrow(LoginRequired);
      expect(() => permit(userWith("nowhere/owners"), action, "source", undefined)).toThrow(NotAllowed);
    }
  });
});

describe("somebody whose login cannot be checked", () => {
  it.each([new ProviderDown(), new StoreDown()])("reads what is public and no more: %s", (cause) => {
    const caller: Caller = { kind: "unverified", cause };
    expect(may(caller, "read", "dataset", publicGroup)).toBe(true);
    expect(may(caller, "write", "dataset", publicGroup)).toBe(false);
    expect(() => permit(caller, "read", "dataset", privateGroup)).toThrow(cause);
    expect(() => permit(caller, "write", "dataset", publicGroup)).toThrow(cause);
    expect(() => permit(caller, "read", "source", undefined)).toThrow(cause);
  });
});
