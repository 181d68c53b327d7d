import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mappingFaults, roleGroupMapping } from "../../../src/domain/identity/role-group-mapping.ts";
import { userFromClaims } from "../../../src/domain/identity/user.ts";

const claimNames = { username: "name", groups: "groups", subject: "sub" };
const mapping = roleGroupMapping({
  "APP-Measles-RW": ["measles/editors", "mpox/viewers"],
  "/staff/epi": ["measles/viewers"],
  "blab/viewers": ["blab/owners"],
  "": ["measles/owners"],
  "!internal": ["measles/owners"],
});

const userIn = (groups: readonly string[], names: object = { ...claimNames, mapping }) => {
  const claims = { iss: "https://idp.example.org", sub: "1", name: "alice", groups: [...groups] };
  const user = userFromClaims(claims, { ...claimNames, ...names });
  return { roles: [...(user?.authzRoles ?? [])], mapped: [...(user?.mappedGroups ?? [])] };
};

describe("a mapping from a provider's groups to role groups", () => {
  it("adds its role groups to what the claim names itself", () => {
    expect(userIn(["blab/owners", "APP-Measles-RW"])).toEqual({
      roles: ["blab/owners", "APP-Measles-RW", "measles/editors", "mpox/viewers"],
      mapped: ["APP-Measles-RW"],
    });
    expect(userIn(["blab/viewers"]).roles).toEqual(["blab/viewers", "blab/owners"]);
  });

  it("gives nothing for another name, however similar, nor where there is none", () => {
    for (const name of ["app-measles-rw", "APP-Measles-RW ", "APP-Measles", "//staff/epi", "toString"]) {
      expect(userIn([name]).mapped).toEqual([]);
    }
    expect(userIn(["APP-Measles-RW"], { mapping: undefined }).roles).toEqual(["APP-Measles-RW"]);
  });

  it.each(["staff/epi", "/staff/epi"])("finds %s with or without a slash in front", (name) => {
    expect(userIn([name]).roles).toEqual(["staff/epi", "measles/viewers"]);
  });

  it("gives what both spellings of a name give", () => {
    const both = roleGroupMapping({ "/staff": ["blab/viewers"], staff: ["mpox/owners"] });
    expect(userIn(["staff"], { mapping: both }).roles).toEqual(["staff", "blab/viewers", "mpox/owners"]);
  });

  it("gives nothing for internal entries", () => {
    expect(userIn(["!internal"])).toEqual({ roles: [], mapped: [] });
  });

  it("is not followed twice: what it gives is no group of the provider", () => {
    const chained = roleGroupMapping({ first: ["blab/viewers"], "blab/viewers": ["blab/owners"] });
    expect(userIn(["first"], { mapping: chained }).roles).toEqual(["first", "blab/viewers"]);
  });
});

describe("the faults of a mapping", () => {
  it.each([
    ["blab/editor"],
    ["blab"],
    ["blab/"],
    ["/editors"],
    ["blab/editors/x"],
    ["bl_ab/editors"],
    ["blab/Editors"],
    [" blab/editors"],
  ])("say that %j is no role group", (roleGroup) => {
    expect(mappingFaults({ Staff: ["other/owners", roleGroup] })).toEqual([
      expect.stringContaining(`"Staff" gives ${JSON.stringify(roleGroup)}`),
    ]);
  });

  it.each(["", "/", "!flags/canary"])("say that %j is no group of a provider", (name) => {
    expect(mappingFaults({ [name]: ["blab/editors"] })).toEqual([expect.stringContaining("no group")]);
  });

  it("are none of role groups in any letter case of the group", () => {
    const group = fc.stringMatching(/^[A-Za-z0-9-]{3,50}$/);
    const role = fc.constantFrom("viewers", "editors", "owners");
    fc.assert(
      fc.property(group, role, (name, held) => {
        expect(mappingFaults({ Staff: [`${name}/${held}`] })).toEqual([]);
      }),
    );
  });
});
