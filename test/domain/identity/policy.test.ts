import { describe, expect, it } from "vitest";
import { LoginRequired, NotAllowed, ProviderDown, StoreDown } from "../../../src/domain/failure.ts";
import type { Group } from "../../../src/domain/groups/group.ts";
import type { Caller } from "../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../src/domain/identity/caller.ts";
import type { ObjectType } from "../../../src/domain/identity/policy.ts";
import { denial, may, rightsIn } from "../../../src/domain/identity/policy.ts";
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

  it.each(cases)("is the same asked all at once, for $who on the $type of a $visibility group", (row) => {
    const rights = rightsIn(row.caller, row.group);
    for (const action of ["read", "write"] as const) {
      expect(rights.has(`${action} ${row.type}`)).toBe(may(row.caller, action, row.type, row.group));
    }
  });
});

describe("an archived group", () => {
  const archived: Group = { ...privateGroup, isArchived: true };

  it.each(cases)(
    "gives $who nothing to write on the $type of a $visibility group, and the same to read",
    (row) => {
      const [before, after] = [row.group, { ...row.group, isArchived: true as const }].map((group) => [
        ...rightsIn(row.caller, group),
      ]);
      expect(after).toEqual(before?.filter((right) => right.startsWith("read ")));
      expect(may(row.caller, "write", row.type, { ...row.group, isArchived: true })).toBe(false);
    },
  );

  it("says so to who would change it, and to nobody else", () => {
    const owner = userWith("blab-private/owners");
    expect(denial(owner, archived, "write dataset").message).toContain("This group is archived: ");
    for (const told of [
      denial(owner, archived, "read group"),
      denial(owner, privateGroup, "write group"),
      denial(owner),
    ]) {
      expect(told.message).toBe(new NotAllowed().message);
    }
    expect(denial(anonymous, archived, "write dataset")).toBeInstanceOf(LoginRequired);
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
  it("gives nobody a right, as a private one in which nobody has a role", () => {
    for (const caller of [anonymous, userWith("nowhere/owners", "undefined/owners")]) {
      expect(rightsIn(caller, undefined)).toEqual(new Set());
      expect(rightsIn(caller, privateGroup)).toEqual(new Set());
    }
  });
});

describe("a denial", () => {
  it("asks for a login where nobody is logged in, and says no to everybody else", () => {
    expect(denial(anonymous)).toBeInstanceOf(LoginRequired);
    expect(denial(userWith("blab/viewers"))).toBeInstanceOf(NotAllowed);
  });
});

describe("somebody whose login cannot be checked", () => {
  it.each([new ProviderDown(), new StoreDown()])("reads what is public and no more: %s", (cause) => {
    const caller: Caller = { kind: "unverified", cause };
    expect(may(caller, "read", "dataset", publicGroup)).toBe(true);
    expect(may(caller, "write", "dataset", publicGroup)).toBe(false);
    expect(rightsIn(caller, publicGroup)).toEqual(rightsIn(anonymous, publicGroup));
    expect(denial(caller)).toBe(cause);
  });
});
