import { describe, expect, it } from "vitest";
import { renderGroupListing } from "../../../../../src/adapters/http/groups/listing/group-listing.ts";
import { noFilter } from "../../../../../src/adapters/http/groups/listing/resource-filter.ts";
import {
  alice,
  anonymous,
  dataset,
  group,
  joined,
  narrative,
  positions,
  unverified,
} from "../../pages/sample.ts";

const open = group("open-lab");
const closed = group("closed-lab", false);
const groups = [
  {
    group: open,
    listing: { datasets: [dataset(open, "zika/2024")], narratives: [narrative(open, "intro")] },
  },
  { group: closed, listing: { datasets: [dataset(closed, "mpox")], narratives: [] } },
];
const page = async (content: Partial<Parameters<typeof renderGroupListing>[0]> = {}) =>
  joined(await renderGroupListing({ layout: alice, groups, filter: noFilter, ...content }));

describe("The page /groups", () => {
  it("shows a tile for each group, by name, with a padlock on private ones only", async () => {
    const html = await page();
    const [first, second] = positions(html, [
      'class="tile" href="/groups/closed-lab"',
      'class="tile" href="/groups/open-lab"',
    ]);
    expect(first).toBeLessThan(second ?? 0);
    expect(html.slice(first, second)).toContain("Private group");
    expect(await page({ groups: groups.slice(0, 1) })).not.toContain("Private group");
  });

  it("puts somebody's own groups first, with their role", async () => {
    const html = await page({
      groups: groups.map((listed, i) => ({ ...listed, roles: i === 0 ? ["editors"] : [] })),
    });
    const order = positions(html, [
      "Your groups",
      "/groups/open-lab",
      "Editor",
      "Public groups",
      "/groups/closed-lab",
    ]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("tells somebody without a group whom to ask, and has a login link for visitors", async () => {
    expect(await page()).toContain("You are not a member of any group.");
    expect(await page({ layout: anonymous })).toContain('<a href="/login?return_to=%2Fgroups">Log in</a>');
    const unsure = await page({ layout: unverified });
    expect(unsure).toContain("Your login cannot be checked right now");
    expect(unsure).not.toContain("/login");
  });

  it("links to every resource, by its name without the group's", async () => {
    const html = await page();
    expect(html).toMatch(/href="\/groups\/open-lab\/zika\/2024">.*<span>zika\/2024<\/span>/s);
    expect(html).toMatch(/href="\/groups\/open-lab\/narratives\/intro">.*<span>intro<\/span>/s);
  });

  it("shows only the filtered resources, and the filter in its form", async () => {
    const html = await page({ filter: { words: ["zika"], kinds: ["dataset"] } });
    expect(html).toContain("/groups/open-lab/zika/2024");
    expect(html).not.toContain("/groups/open-lab/narratives/intro");
    expect(html).not.toContain('href="/groups/closed-lab/mpox"');
    expect(html).toContain('name="filter" value="zika"');
    expect(html).toContain('value="dataset" checked');
    expect(await page({ filter: { words: ["nowhere"], kinds: [] } })).toContain(
      "Nothing matches this filter",
    );
  });

  it("names the groups whose store is unavailable", async () => {
    const html = await page({ groups: [{ group: open, listing: undefined }] });
    expect(html).toContain("Some groups cannot be read right now:</strong> open-lab");
    expect(html).not.toContain("Nothing has been shared here yet");
  });

  it("says so when there is no group and no resource", async () => {
    const html = await page({ groups: [] });
    expect(html).toContain("You are not a member of any group.");
    expect(await page({ groups: [], layout: anonymous })).toContain("There are no public groups here.");
    expect(html).toContain("Nothing has been shared here yet");
  });

  it("collapses long sections, and links to the group's page for more than 100 resources", async () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => dataset(open, `d${i}`));
    const of = (n: number) =>
      page({ groups: [{ group: open, listing: { datasets: many(n), narratives: [] } }] });
    expect(await of(12)).toContain('<details class="folder" open>');
    expect(await of(13)).toContain('<details class="folder">');
    expect(await of(100)).not.toContain("These are the first");
    expect(await of(101)).toContain("These are the first 100 of 101");
  });

  it("collapses tiles beyond the twenty-fourth", async () => {
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ group: group(`lab-${i}`), listing: undefined }));
    expect(await page({ groups: many(24) })).not.toContain('<details class="further">');
    expect(await page({ groups: many(26) })).toContain("<summary>2 more groups</summary>");
  });

  it("escapes and percent-encodes names", async () => {
    const name = '"><script>alert(1)</script>?#%';
    const html = await page({
      groups: [{ group: open, listing: { datasets: [dataset(open, name)], narratives: [] } }],
    });
    expect(html).not.toContain("<script>alert");
    expect(html).toContain('href="/groups/open-lab/%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3F%23%25"');
    expect(html).toContain("&lt;script&gt;alert(1)");
  });

  it("accepts names that are not well-formed Unicode", async () => {
    const html = await page({
      groups: [{ group: open, listing: { datasets: [dataset(open, "a\ud800")], narratives: [] } }],
    });
    expect(html).toContain('href="/groups/open-lab/a%EF%BF%BD"');
  });
});
