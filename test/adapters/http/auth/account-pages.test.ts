import { describe, expect, it } from "vitest";
import { renderLogout } from "../../../../src/adapters/http/auth/logout.ts";
import { renderWhoami } from "../../../../src/adapters/http/auth/whoami-page.ts";
import { renderMembers } from "../../../../src/adapters/http/groups/group-members.ts";
import { renderGroupSettings } from "../../../../src/adapters/http/groups/settings/group-settings.ts";
import type { ETag } from "../../../../src/domain/resources/stored-object.ts";
import { alice, anonymous, group, positions, unverified } from "../pages/sample.ts";

const lab = group("lab-one");
const tag = '"a1"' as ETag;

describe("The page of a group's settings", () => {
  const page = (content: Partial<Parameters<typeof renderGroupSettings>[0]> = {}) =>
    renderGroupSettings({
      frame: alice,
      group: lab,
      mayEditSettings: true,
      hasLogo: false,
      overview: undefined,
      ...content,
    });

  it("gives owners the stored text and the tag it may be replaced under", () => {
    const html = page({ overview: { text: "\n</textarea><script>", etag: tag } });
    expect(html).toContain('data-etag="&quot;a1&quot;"');
    // The first line break in a text area is the parser's; the second one is the text's.
    expect(html).toContain('spellcheck="true">\n\n&lt;/textarea&gt;&lt;script&gt;</textarea>');
  });

  it("leaves a large text to its script, which fetches it", () => {
    expect(page({ overview: { text: undefined, etag: tag } })).toContain(" data-is-elsewhere>");
    expect(page({ overview: { text: "a", etag: tag } })).not.toContain("data-is-elsewhere");
  });

  it("starts from a template where there is no text, or a blank one", () => {
    expect(page()).toContain("showDatasets: true\nshowNarratives: true\n---\n</textarea>");
    expect(page({ overview: { text: " \n", etag: tag } })).toContain("showDatasets: true");
    expect(page()).toContain('data-etag=""');
  });

  it("gives others no form, and says which role is needed", () => {
    const html = page({ mayEditSettings: false });
    expect(html).toContain("Only owners of this group can change its settings.");
    expect(html).not.toContain("<textarea");
    expect(html).not.toContain("<script");
  });

  it("offers to delete a logo only where there is one", () => {
    expect(page()).toContain('<button type="button" class="secondary" data-action="delete" hidden>');
    expect(page({ hasLogo: true })).toContain('src="/logos/lab-one"');
  });
});

describe("The page of a group's members", () => {
  it("lists them by name, with their roles in singular", () => {
    const html = renderMembers({
      frame: alice,
      group: lab,
      members: [
        { username: "bob", roles: ["editors"] },
        { username: "<alice>", roles: ["owners", "viewers"] },
      ],
    });
    const [first, second] = positions(html, [
      "&lt;alice&gt;</th><td>Viewer, Owner</td>",
      "bob</th><td>Editor</td>",
    ]);
    expect(first).toBeLessThan(second ?? 0);
  });

  it("tells an empty list from one that is kept elsewhere", () => {
    expect(renderMembers({ frame: alice, group: lab, members: [] })).toContain(
      "This group has no members yet.",
    );
    expect(renderMembers({ frame: alice, group: lab, members: "elsewhere" })).toContain(
      "managed at the identity provider",
    );
  });
});

describe("The page that says who one is", () => {
  it("names the user and their groups, private and public apart, and lets them log out", () => {
    const html = renderWhoami({ frame: alice, memberships: [group("open-lab"), group("closed-lab", false)] });
    const order = positions(html, [
      "Private groups",
      "/groups/closed-lab",
      "Public groups",
      "/groups/open-lab",
    ]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(html).toContain('<form method="post" action="/logout">');
  });

  it("lets anonymous visitors log in, and says nothing of a login it cannot check", () => {
    const html = renderWhoami({ frame: anonymous, memberships: [] });
    expect(html).toContain("You are not logged in");
    expect(html).toContain('href="/login?return_to=%2Fgroups"');
    expect(html).not.toContain("/logout");
    expect(renderWhoami({ frame: unverified, memberships: [] })).not.toContain("You are not logged in");
  });
});

it("The page that asks before logging out has a button that does", () => {
  expect(renderLogout({ frame: alice, hasSession: true })).toMatch(
    /<main.*<form method="post" action="\/logout".*<\/main>/s,
  );
});
