import { describe, expect, it } from "vitest";
import type { GroupPage } from "../../../../src/adapters/http/groups/group-page.ts";
import { renderGroup } from "../../../../src/adapters/http/groups/group-page.ts";
import { noFilter } from "../../../../src/adapters/http/groups/listing/resource-filter.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import type { ETag } from "../../../../src/domain/resources/stored-object.ts";
import { alice, dataset, group, joined, narrative, positions } from "../pages/sample.ts";

const lab = group("lab-one");
const info = defaultGroupInfo(lab.name);
const listing = {
  datasets: [dataset(lab, "zika"), dataset(lab, "mpox")],
  narratives: [narrative(lab, "intro")],
};
const render = (content: Partial<GroupPage> = {}) =>
  renderGroup({
    layout: alice,
    origin: "https://lab.example",
    group: lab,
    info,
    overview: { kind: "html", html: "<p>Words.</p>" },
    listing,
    filter: noFilter,
    mayUpload: false,
    mayEditSettings: false,
    isMember: false,
    roles: [],
    ...content,
  });
const page = async (content: Partial<GroupPage> = {}) => joined(await render(content));

describe("A group's page", () => {
  it("has the group's name as document title, and the overview's title as heading", async () => {
    const html = await page({ info: { ...info, title: "Lab <One>", byline: "of somewhere" } });
    expect(html).toContain("<title>&quot;lab-one&quot; Group · Nextstrain Groups</title>");
    expect(html).toContain("<h1>Lab &lt;One&gt;</h1>");
    expect(html).toContain("of somewhere");
  });

  it("links to the logo if there is one", async () => {
    expect(await page({ info: { ...info, logo: '"a1"' as ETag } })).toContain(
      '<img class="logo" src="/logos/lab-one"',
    );
    expect(await page()).not.toContain("/logos/");
  });

  it("shows the website without its scheme", async () => {
    expect(await page({ info: { ...info, website: "https://a.example/b/" } })).toMatch(
      /href="https:\/\/a\.example\/b\/".*? a\.example\/b<\/a>/s,
    );
    expect(await page({ info: { ...info, website: "mailto:a@b.example" } })).toContain(" a@b.example</a>");
  });

  it("lists datasets under one heading if their names have one part each", async () => {
    expect(await page()).toContain("<h2>Datasets <span");
    expect(await page()).toContain("<h2>Narratives <span");
  });

  it("yields to the event loop while it lists ten thousand datasets", async () => {
    const datasets = Array.from({ length: 10_000 }, (_, i) => dataset(lab, `zika/${i}`));
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    const html = await page({ listing: { datasets, narratives: [] } });
    clearInterval(timer);
    expect(html).toContain("/zika/9999");
    expect(turns).toBeGreaterThan(5);
  });

  it("is rendered in chunks when each of ten thousand datasets has its own heading", async () => {
    const datasets = Array.from({ length: 10_000 }, (_, i) => dataset(lab, `zika-${i}/a`));
    const chunks = await render({ listing: { datasets, narratives: [] }, mayUpload: true });
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(500_000);
    expect(joined(chunks).match(/<h2>zika-/g)).toHaveLength(10_000);
    expect(joined(chunks).match(/<\/details>/g)?.length).toBeGreaterThanOrEqual(10_001);
  });

  it("closes and counts a list that is rendered in chunks", async () => {
    const datasets = Array.from({ length: 501 }, (_, i) => dataset(lab, `d${i}`));
    const whole = await page({ listing: { datasets, narratives: [narrative(lab, "intro")] } });
    const html = whole.slice(whole.indexOf('id="resources"'));
    expect(html).toContain('<h2>Datasets <span class="count">501</span>');
    expect(html.match(/<ul class="resources">/g)).toHaveLength(2);
    expect(html.match(/<\/ul>/g)).toHaveLength(2);
    expect(html.match(/<li>/g)).toHaveLength(502);
  });

  it("groups datasets by their first part if any name has several", async () => {
    const datasets = [dataset(lab, "zika/10"), dataset(lab, "mpox"), dataset(lab, "zika/9")];
    const html = await page({ listing: { datasets, narratives: [] } });
    const order = positions(html, ["<h2>mpox <span", "<h2>zika <span", "/zika/9", "/zika/10"]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(html).not.toContain("<h2>Datasets");
  });

  it("omits the lists that the group's overview disables", async () => {
    expect(await page({ info: { ...info, showDatasets: false } })).not.toContain("/groups/lab-one/zika");
    expect(await page({ info: { ...info, showNarratives: false } })).not.toContain("/narratives/intro");
  });

  it("has controls for uploads and deletions for editors only", async () => {
    for (const part of ['id="upload"', "data-delete=", 'id="removal"', "/assets/upload."]) {
      expect(await page({ mayUpload: true })).toContain(part);
      expect(await page()).not.toContain(part);
    }
  });

  it("offers all kinds of files, with their media types", async () => {
    const html = await page({ mayUpload: true });
    for (const kind of ["main", "root-sequence", "tip-frequencies", "measurements"]) {
      expect(html).toContain(
        `value="${kind}" data-media-type="application/vnd.nextstrain.dataset.${kind}+json"`,
      );
    }
    expect(html).toContain('value="narrative" data-media-type="text/vnd.nextstrain.narrative+markdown"');
  });

  it("links to the members page for members, and to the settings for owners", async () => {
    expect(await page({ isMember: true })).toContain('href="/groups/lab-one/settings/members"');
    expect(await page({ mayEditSettings: true })).toContain('href="/groups/lab-one/settings"');
    expect(await page()).not.toContain("/settings");
  });

  it("names the requested resource that does not exist", async () => {
    const html = await page({ missing: { kind: "narrative", path: "narratives/<b>" } });
    expect(html).toContain("The narrative at this address does not exist.");
    expect(html).toContain("<code>narratives/&lt;b&gt;</code>");
    expect(html).toContain("/groups/lab-one/zika");
  });

  it("tells only owners why the overview is invalid", async () => {
    const broken = { ...info, error: "The front matter is no YAML." };
    expect(await page({ info: broken, mayEditSettings: true })).toContain("The front matter is no YAML.");
    expect(await page({ info: broken })).not.toContain("The front matter is no YAML.");
  });

  it("has the commands for this very group, by what the visitor may do", async () => {
    const upload = "nextstrain remote upload https://lab.example/groups/lab-one file.json";
    expect(await page({ mayUpload: true })).toContain(`<pre id="command-1">${upload}</pre>`);
    expect(await page({ mayUpload: true })).toContain("nextstrain login https://lab.example<");
    const reader = await page({ group: group("lab-one", false) });
    expect(reader).toContain("nextstrain login https://lab.example<");
    expect(reader).toContain("nextstrain remote download --recursively https://lab.example/groups/lab-one .");
    expect(await page()).not.toContain("nextstrain login");
  });

  it("folds what comes after sixty items, unless a filter chose them", async () => {
    const datasets = Array.from({ length: 200 }, (_, i) => dataset(lab, `${i % 4}/${i}`));
    const open = (html: string) => html.match(/<details class="folder"[^>]* open>/g)?.length;
    expect(open(await page({ listing: { datasets, narratives: [] } }))).toBe(2);
    const filter = { words: ["/"], kinds: [] };
    expect(open(await page({ listing: { datasets, narratives: [] }, filter }))).toBe(4);
  });

  it("distinguishes an empty group from an unavailable store", async () => {
    expect(await page({ listing: { datasets: [], narratives: [] } })).toContain(
      "There is nothing to show in this group yet.",
    );
    expect(await page({ listing: undefined })).toContain("The data store does not answer");
    expect(await page({ listing: undefined })).not.toContain("There is nothing to show");
  });

  it("shows an overview as HTML or as escaped plain text, and tells only owners why", async () => {
    expect(await page()).toContain('<div class="overview"><p>Words.</p></div>');
    const overview = { kind: "text", text: "# a <script>", reason: "It is too large." } as const;
    expect(await page({ overview })).toContain('<pre class="overview plain"># a &lt;script&gt;</pre>');
    expect(await page({ overview })).not.toContain("It is too large.");
    expect(await page({ overview, mayEditSettings: true })).toContain(
      "shown as plain text.</strong> It is too large.",
    );
  });
});
