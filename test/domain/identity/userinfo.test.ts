import { describe, expect, it } from "vitest";
import { lacksClaims, missingClaims, withUserinfo } from "../../../src/domain/identity/userinfo.ts";

const names = { username: "name", groups: "access.roles", subject: "sub" };

describe("what userinfo adds to an id token's claims", () => {
  it.each([
    ["are missing", {}],
    ["are null", { name: null, access: { roles: null } }],
    ["are missing below a path", { access: {} }],
  ])("is what the token's own lack when they %s", (_, claims) => {
    expect(lacksClaims(claims, names)).toBe(true);
    const added = missingClaims(claims, { name: "alice", access: { roles: ["blab/owners"] } }, names);
    expect(withUserinfo(claims, added)).toMatchObject({ name: "alice", "access.roles": ["blab/owners"] });
  });

  it("does not count any more when a newer token has the claim", () => {
    const claims = { name: "alice", access: { roles: ["blab/viewers"] } };
    expect(withUserinfo(claims, { name: "bob", "access.roles": ["blab/owners"] })).toEqual(claims);
  });
});
