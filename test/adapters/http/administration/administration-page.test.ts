import { describe, expect, it } from "vitest";
import {
  formatBytes,
  renderAdministeredGroup,
  renderAdministration,
} from "../../../../src/adapters/http/administration/administration-page.ts";
import type { AdministeredGroup } from "../../../../src/ports/driving/group-administration.ts";
import { nameOf } from "../../../domain/people/sample.ts";
import { groupName } from "../../../domain/sample.ts";

const layout = { user: { username: "ada" }, loginHref: "/login", path: "/admin/groups" };
const group: AdministeredGroup = {
  name: groupName("Measles"),
  isPublic: false,
  isArchived: false,
  isMadeHere: true,
  isBeingDeleted: false,
  owners: [],
  pendingOwners: [],
  contents: { datasets: 3, narratives: 1, bytes: 1_234_567 },
};

describe("sizes", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [123_456, "123 kB"],
    [1_234_567, "1.2 MB"],
    [999_999, "1000 kB"],
    [5e9, "5.0 GB"],
    [7e16, "70000 TB"],
  ])("%i are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("the page of all groups", () => {
  const page = (groups: readonly AdministeredGroup[], appointsOwners = true) =>
    renderAdministration({ layout, groups, appointsOwners });

  it("says what can be done when there is none", () => {
    expect(page([])).toContain("Make the first one above");
  });

  it("shows who owns a group, and that nobody does", () => {
    expect(page([group])).toContain('<span class="problem-text">none</span>');
    const owned = { ...group, owners: [nameOf("<b>olga")], pendingOwners: [nameOf("otto")] };
    expect(page([owned])).toMatch(/&lt;b&gt;olga, otto <span class="note">\(has not logged in yet\)/);
    expect(page([group])).toContain("1.2 MB");
  });

  it("shows groups whose contents cannot be read now", () => {
    expect(page([{ ...group, contents: undefined }])).toContain("cannot be read right now");
  });

  it("asks for an owner only where owners are appointed here", () => {
    expect(page([])).toContain('name="owner"');
    expect(page([], false)).not.toContain('name="owner"');
    expect(page([], false)).toContain("at the identity provider");
  });
});

describe("the page of one group", () => {
  const page = (more: Partial<AdministeredGroup>, rest: object = {}) =>
    renderAdministeredGroup({ layout, group: { ...group, ...more }, appointsOwners: true, ...rest });

  it("offers what can be done with it, and nothing else", () => {
    expect(page({})).toMatch(/Appoint.*Make it public.*Archive it.*Delete the group/s);
    expect(page({ owners: [nameOf("olga")] })).not.toContain("Appoint");
    expect(page({ isArchived: true })).toContain("Open it again");
    expect(page({ isArchived: true })).not.toContain("Appoint");
    expect(page({ isPublic: true })).toContain("Make it private");
    const deleted = page({ isBeingDeleted: true });
    expect(deleted).toContain("being deleted");
    expect(deleted).not.toMatch(/Make it public|Archive it|Appoint/);
    expect(page({ isMadeHere: false })).not.toMatch(/Make it public|Archive it|Delete the group/);
  });

  it("lists at most 200 of what becomes visible", () => {
    const datasets = Array.from({ length: 250 }, (_, index) => `set/${index}`);
    const html = page({}, { unconfirmed: { datasets, narratives: ["one"] } });
    expect(html).toContain("250 datasets and 1 narrative:");
    expect(html).toContain("and 51 more");
    expect(html.match(/<code>set/g)).toHaveLength(200);
    expect(page({}, { unconfirmed: { datasets: [], narratives: [] } })).toContain(
      "no datasets and no narratives yet",
    );
  });
});
