import { describe, expect, it } from "vitest";
import { renderLogout } from "../../../../src/adapters/http/auth/logout-page.ts";
import { renderWhoami } from "../../../../src/adapters/http/auth/whoami-page.ts";
import { alice, anonymous, group, positions, unverified } from "../pages/sample.ts";

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
