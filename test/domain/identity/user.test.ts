import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/domain/brand.ts";
import { hasDistributedGroups, userFault, userFromClaims } from "../../../src/domain/identity/user.ts";

const names = { username: "cognito:username", groups: "cognito:groups", subject: "sub" };

/** What every id token says of the person (OpenID Connect Core section 2). */
const person = { iss: "https://idp.example.org", sub: "1f0c" };

const userWithGroups = (groups: Json) =>
  userFromClaims({ ...person, "cognito:username": "alice", "cognito:groups": groups }, names);

describe("the user in an id token's claims", () => {
  it("has the name and the groups that the configured claims hold", () => {
    const user = userWithGroups(["blab/owners", "spheres/viewers"]);
    expect(user?.username).toBe("alice");
    expect([...(user?.authzRoles ?? [])]).toEqual(["blab/owners", "spheres/viewers"]);
    expect(user?.claimedGroups).toEqual(["blab/owners", "spheres/viewers"]);
  });

  it.each<[string, JsonObject]>([
    ["is missing", {}],
    ["is empty", { "cognito:username": "" }],
    ["is null", { "cognito:username": null }],
    ["is a number", { "cognito:username": 7 }],
    ["is a list", { "cognito:username": ["alice"] }],
  ])("is nobody when the username %s", (_, claims) => {
    expect(
      userFromClaims({ ...person, "cognito:groups": ["blab/owners"], ...claims }, names),
    ).toBeUndefined();
  });

  it("has no groups where none are asked for, and nothing is wrong with that", () => {
    const claims = { ...person, "cognito:username": "alice", groups: ["blab/owners"], "": ["blab/owners"] };
    const user = userFromClaims(claims, { ...names, groups: undefined });
    expect(user).toMatchObject({ username: "alice", claimedGroups: [], groupsFault: undefined });
    expect(hasDistributedGroups({ _claim_names: { groups: "x" } }, { ...names, groups: undefined })).toBe(
      false,
    );
  });

  it.each<[string, Json]>([
    ["null", null],
    ["a number", 7],
    ["true", true],
    ["an empty list", []],
    ["a list of other things", [1, null, ["blab/owners"], { a: 1 }]],
  ])("holds no groups when their claim is %s", (_, groups) => {
    expect(userWithGroups(groups)).toMatchObject({
      authzRoles: new Set(),
      flags: new Set(),
      claimedGroups: [],
    });
  });

  it("holds no groups when there is no such claim", () => {
    expect(userFromClaims({ ...person, "cognito:username": "alice" }, names)?.authzRoles.size).toBe(0);
  });

  it.each<[string, JsonObject, string | undefined]>([
    ["was read", { "cognito:groups": ["blab/owners"] }, undefined],
    ["is missing", {}, "the claim cognito:groups is missing"],
    ["cannot be read", { "cognito:groups": 7 }, "the claim cognito:groups holds a number"],
  ])("says for operators that the groups' claim %s", (_, claims, fault) => {
    expect(userFromClaims({ ...person, "cognito:username": "alice", ...claims }, names)?.groupsFault).toBe(
      fault,
    );
  });

  it.each<[JsonObject, string]>([
    [{}, "the claim cognito:username is missing"],
    [{ "cognito:username": 7 }, "the claim cognito:username holds a number; it has to be a text"],
    [{ "cognito:username": "" }, "the claim cognito:username holds an empty text; it has to be a text"],
  ])("says for operators why %j names nobody", (claims, fault) => {
    expect(userFault({ ...person, ...claims }, names)).toBe(fault);
  });

  it.each<[JsonObject, string]>([
    [{ sub: "1f0c" }, "the claim oid is missing"],
    [{ oid: 7 }, "the claim oid holds a number; it has to be a text of 1 to 1000 characters"],
    [{ oid: "" }, "the claim oid holds an empty text; it has to be a text of 1 to 1000 characters"],
    [{ oid: "x".repeat(1001) }, "the claim oid holds a text; it has to be a text of 1 to 1000 characters"],
  ])(
    "is nobody when the claim that says who it is does not, and operators are told why: %#",
    (claims, fault) => {
      const entra = { ...names, subject: "oid" };
      const all = { iss: "https://idp.example.org", "cognito:username": "alice", ...claims };
      expect(userFromClaims(all, entra)).toBeUndefined();
      expect(userFault(all, entra)).toBe(fault);
    },
  );

  it.each<[JsonObject, string | undefined]>([
    [{ email: "alice@lab.example", email_verified: true }, "alice@lab.example"],
    [{ email: "alice@lab.example", email_verified: "true" }, "alice@lab.example"],
    [{ email: "alice@lab.example" }, undefined],
    [{ email: "alice@lab.example", email_verified: false }, undefined],
    [{ email: "alice@lab.example", email_verified: "false" }, undefined],
    [{ email: "alice@lab.example", email_verified: 1 }, undefined],
    [{ email: "a@b.example, c@d.example", email_verified: true }, undefined],
    [{ email: ["alice@lab.example"], email_verified: true }, undefined],
    [{ email_verified: true }, undefined],
  ])("has an e-mail address if the provider has verified it: %j", (claims, email) => {
    expect(userFromClaims({ ...person, "cognito:username": "alice", ...claims }, names)?.email).toBe(email);
  });

  it("is a person by issuer and subject, whatever the name", () => {
    const of = (claims: JsonObject) =>
      userFromClaims({ ...person, "cognito:username": "alice", ...claims }, names)?.person;
    expect(of({ "cognito:username": "alice2" })).toEqual(of({}));
    expect(of({ sub: "2a11" })).not.toEqual(of({}));
    expect(of({ iss: "https://other.example.org" })).not.toEqual(of({}));
  });

  it("takes a single text for a list of one, never for its letters", () => {
    expect(userWithGroups("blab/owners")?.authzRoles).toEqual(new Set(["blab/owners"]));
  });

  it("drops the slash before Keycloak's full group paths, and only the first", () => {
    expect(userWithGroups(["/blab/owners", "//blub/owners"])?.claimedGroups).toEqual([
      "blab/owners",
      "/blub/owners",
    ]);
  });

  it("keeps internal entries out of the roles, and makes flags of some", () => {
    const user = userWithGroups(["blab/owners", "!flags/canary", "!other/thing", "!flags/", "!"]);
    expect(user?.authzRoles).toEqual(new Set(["blab/owners"]));
    expect(user?.flags).toEqual(new Set(["canary", ""]));
    expect(user?.claimedGroups).toHaveLength(5);
  });
});

describe("the subject in an id token's claims", () => {
  it("is the token's own `sub`, whatever claim tells who the person is", () => {
    const claims = { ...person, oid: "9e9e", "cognito:username": "alice" };
    const byOid = { ...names, subject: "oid" };
    expect(userFromClaims(claims, byOid)).toMatchObject({ sub: "1f0c", person: { subject: "9e9e" } });
    expect(userFromClaims({ ...claims, sub: 7 }, byOid)).toMatchObject({ person: { subject: "9e9e" } });
    expect(userFromClaims({ ...claims, sub: 7 }, byOid)?.sub).toBeUndefined();
  });
});

describe("groups that are elsewhere", () => {
  const entra = { username: "preferred_username", groups: "groups", subject: "oid" };
  const overage: JsonObject = {
    _claim_names: { groups: "src1" },
    _claim_sources: { src1: { endpoint: "https://graph.microsoft.com/v1.0/users/1/getMemberObjects" } },
  };

  it("are noticed, and grant nothing", () => {
    const claims = { ...person, oid: "8e1b", preferred_username: "alice", ...overage };
    expect(hasDistributedGroups(claims, entra)).toBe(true);
    expect(userFromClaims(claims, entra)).toMatchObject({ authzRoles: new Set(), claimedGroups: [] });
  });

  it.each<[string, JsonObject]>([
    ["the groups are there too", { ...overage, groups: ["blab/owners"] }],
    ["there are none of them", { groups: [] }],
    ["nothing is said of them", {}],
    ["it is another claim that is elsewhere", { _claim_names: { photo: "src1" } }],
    ["the names are a text", { _claim_names: "groups" }],
    ["the names are null", { _claim_names: null }],
  ])("are not when %s", (_, claims) => {
    expect(hasDistributedGroups(claims, entra)).toBe(false);
  });
});

describe("a claim's name", () => {
  const groupsAt = (claims: JsonObject, path: string) =>
    userFromClaims({ ...person, ...claims }, { username: "sub", groups: path, subject: "sub" })
      ?.claimedGroups;

  it("may be a path into nested claims", () => {
    expect(groupsAt({ realm_access: { roles: ["a/owners"] } }, "realm_access.roles")).toEqual(["a/owners"]);
  });

  it("means the claim of exactly that name first, dots and colons included", () => {
    const claims = { "https://example.org/groups": ["a/owners"], https: { x: ["b/owners"] } };
    expect(groupsAt(claims, "https://example.org/groups")).toEqual(["a/owners"]);
    expect(groupsAt({ "a.b": ["x/owners"], a: { b: ["y/owners"] } }, "a.b")).toEqual(["x/owners"]);
  });

  it.each([
    ["a step is missing", { a: {} }, "a.b"],
    ["a step is no object", { a: "b" }, "a.b"],
    ["a step is null", { a: null }, "a.b"],
    ["a step is a list", { a: ["x/owners"] }, "a.0"],
    ["it names what every object has", {}, "constructor.name"],
    ["it names an object's prototype", {}, "__proto__"],
  ])("finds nothing when %s", (_, claims, path) => {
    expect(groupsAt(claims, path)).toEqual([]);
  });
});
