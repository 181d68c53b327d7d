import { describe, expect, it } from "vitest";
import {
  isNamed,
  partitionRoleGroups,
  roleGroup,
  roles,
  rolesIn,
} from "../../../src/domain/identity/role.ts";
import { groupName } from "../sample.ts";

const called = (name: string) => ({ name: groupName(name), isPublic: false });

describe("roles", () => {
  it("are listed from the least to the most privileged", () => {
    expect(roles).toEqual(["viewers", "editors", "owners"]);
  });
});

describe("the name of a role group", () => {
  it("is made of the group's name in lower case and the role", () => {
    expect(roleGroup(called("SPHERES"), "editors")).toBe("spheres/editors");
  });
});

describe("a group", () => {
  it.each([
    ["blab/editors", "blab"],
    ["SPHERES/editors", "spheres"],
    ["spheres/editors", "SPHERES"],
    ["blab/no-such-role", "blab"],
    ["blab", "blab"],
    ["blab/", "blab"],
    ["blab/a/b", "blab"],
  ])("is named by %j: %s", (entry, group) => {
    expect(isNamed(called(group), new Set(["other/viewers", entry]))).toBe(true);
  });

  it.each(["/blab", "blab-2/editors", "bla/b", "/viewers", "", "blаb/editors"])(
    "is not named by %j",
    (entry) => {
      expect(isNamed(called("blab"), new Set([entry]))).toBe(false);
    },
  );
});

describe("the roles that claim entries give in a group", () => {
  const rolesOf = (entries: readonly string[], group = "Blab") => [
    ...rolesIn(called(group), new Set(entries)),
  ];

  it.each(roles)("hold %s when an entry says so", (role) => {
    expect(rolesOf([`blab/${role}`])).toEqual([role]);
  });

  it.each(["Blab/editors", "blab/editors", "BLAB/editors", "bLaB/editors"])(
    "do not depend on the group's spelling: %s",
    (entry) => {
      expect(rolesOf([entry])).toEqual(["editors"]);
    },
  );

  it("are the union of all entries, each once", () => {
    expect(rolesOf(["blab/owners", "blab/viewers", "BLAB/owners"])).toEqual(["owners", "viewers"]);
  });

  it.each([
    ["has the role in another case", "blab/Editors"],
    ["has an unknown role", "blab/admins"],
    ["has a role in the singular", "blab/editor"],
    ["has no role", "blab"],
    ["has an empty role", "blab/"],
    ["goes on after the role", "blab/editors/x"],
    ["has a space after the role", "blab/editors "],
    ["has the role of JavaScript's objects", "blab/constructor"],
    ["is of another group", "blub/editors"],
    ["is of a group whose name only begins so", "blab-2/editors"],
    ["is of a group that looks the same", "blаb/editors"],
    ["has an empty group", "/editors"],
    ["is empty", ""],
  ])("are none when the entry %s", (_, entry) => {
    expect(rolesOf([entry])).toEqual([]);
  });

  it("are none without entries", () => {
    expect(rolesOf([])).toEqual([]);
  });
});

it("entries of a claim either give a role in one of the groups, or are ignored", () => {
  const groups = [called("blab"), called("SPHERES")];
  const given = ["blab/owners", "spheres/viewers", "Blab/editors"];
  const others = ["blab", "blab/Owners", "blab/owners/x", "other/owners", "Everyone", ""];
  expect(partitionRoleGroups(groups, [...given, ...others])).toEqual({ recognised: given, ignored: others });
});

describe("a claim's entry that only looks like a role group", () => {
  it.each(["\uff42\uff4c\uff41\uff42/owners", "bla\u0062\u0301/owners", "\u212aeep/owners", "ﬀlab/owners"])(
    "grants nothing: %s",
    (entry) => {
      for (const name of ["blab", "keep", "fflab"]) {
        const group = { name: groupName(name), isPublic: false };
        expect([...rolesIn(group, new Set([entry]))]).toEqual([]);
        expect(isNamed(group, new Set([entry]))).toBe(false);
        expect(partitionRoleGroups([group], [entry]).recognised).toEqual([]);
      }
    },
  );

  it("but letter case of ASCII does not matter", () => {
    expect([...rolesIn({ name: groupName("Keep-1"), isPublic: false }, new Set(["kEEP-1/owners"]))]).toEqual([
      "owners",
    ]);
  });
});
