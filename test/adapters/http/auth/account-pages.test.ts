import { describe, expect, it } from "vitest";
import { renderLogout } from "../../../../src/adapters/http/auth/logout-page.ts";
import { renderWhoami } from "../../../../src/adapters/http/auth/whoami-page.ts";
import { renderMembers } from "../../../../src/adapters/http/groups/members/group-members.ts";
import type { Role } from "../../../../src/domain/identity/role.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { Member } from "../../../../src/domain/people/member.ts";
import { alice, anonymous, group, headOf, positions, unverified } from "../pages/sample.ts";

const lab = group("lab-one");

describe("The members page of a group", () => {
  const head = headOf(lab, "members");

  const member = (username: string, ...roles: Role[]): Member => ({
    username: username as Username,
    roles,
    sources: roles.map((role) => ({ from: "provider", role })),
    lastSignIn: undefined,
  });

  it("lists them by name, with their roles in the singular", () => {
    const html = renderMembers({
      layout: alice,
      head,
      members: [member("bob", "editors"), member("<alice>", "owners", "viewers")],
    });
    const [first, second] = positions(html, [
      "&lt;alice&gt;</th><td>Viewer, Owner</td>",
      "bob</th><td>Editor</td>",
    ]);
    expect(first).toBeLessThan(second ?? 0);
  });
});

describe("The page /whoami", () => {
  it("shows the user, their groups with their roles, and a logout button", () => {
    const html = renderWhoami({
      layout: alice,
      memberships: [
        { group: group("open-lab"), roles: ["viewers", "editors"] },
        { group: group("closed-lab", false), roles: ["owners"] },
      ],
    });
    const order = positions(html, [
      'href="/groups/closed-lab"',
      "<td>Owner</td>",
      'href="/groups/open-lab"',
      "<td>Viewer, Editor</td>",
    ]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(html).toContain('<form method="post" action="/logout">');
  });

  it("has a login link for anonymous visitors, but not while a login cannot be verified", () => {
    const html = renderWhoami({ layout: anonymous, memberships: [] });
    expect(html).toContain("You are not logged in");
    expect(html).toContain('href="/login?return_to=%2Fgroups"');
    expect(html).not.toContain("/logout");
    expect(renderWhoami({ layout: unverified, memberships: [] })).not.toContain("You are not logged in");
  });
});

it("The logout page has a button that logs out", () => {
  expect(renderLogout({ layout: alice, hasSession: true })).toMatch(
    /<main.*<form method="post" action="\/logout".*<\/main>/s,
  );
});
