import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { assets } from "../../../../src/adapters/http/assets/asset.ts";
import { renderGroup } from "../../../../src/adapters/http/groups/group-page.ts";
import { renderGroupListing } from "../../../../src/adapters/http/groups/listing/group-listing.ts";
import { noFilter } from "../../../../src/adapters/http/groups/listing/resource-filter.ts";
import { renderGroupSettings } from "../../../../src/adapters/http/groups/settings/group-settings.ts";
import { pagePolicy } from "../../../../src/adapters/http/pages/content-security-policy.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import { alice, dataset, group, headOf, joined } from "../pages/sample.ts";

const lab = group("lab-one");
const listing = { datasets: [dataset(lab, "zika")], narratives: [] };
const pages = await Promise.all([
  renderGroupListing({ layout: alice, groups: [{ group: lab, listing }], filter: noFilter }).then(joined),
  renderGroup({
    layout: alice,
    origin: "https://lab.example",
    group: lab,
    info: defaultGroupInfo(lab.name),
    overview: { kind: "html", html: "<p>Words.</p>" },
    listing,
    filter: noFilter,
    mayUpload: true,
    mayEditSettings: true,
    isMember: true,
    roles: ["owners"],
  }).then(joined),
  renderGroupSettings({
    layout: alice,
    group: lab,
    head: headOf(lab, "settings"),
    hasLogo: false,
    overview: { edit: { kind: "source", source: "" }, base: "" },
  }),
]);

describe("The assets of pages", () => {
  it("exist under names with the hash of their content", () => {
    const references = pages.flatMap((html) => html.match(/\/assets\/[^"]+/g) ?? []);
    expect(new Set(references).size).toBe(7);
    for (const path of references) expect([...assets().keys()]).toContain(path);
    for (const { path, body } of assets().values()) {
      expect(path).toContain(`.${createHash("sha256").update(body).digest("base64url").slice(0, 16)}.`);
    }
  });

  it("include imported scripts, by their hashed names", () => {
    const scripts = [...assets().values()].filter(({ type }) => type.startsWith("text/javascript"));
    const imported = scripts.flatMap(({ body }) =>
      [...body.toString().matchAll(/from "\.\/([^"]+)"/g)].map(([, name]) => name),
    );
    expect(imported.length).toBeGreaterThan(4);
    for (const name of imported) expect([...assets().keys()]).toContain(`/assets/${name}`);
  });

  it("are all on this server, and none is inline", () => {
    for (const html of pages) {
      expect(html).not.toMatch(/<style|\sstyle=|<script(?! type="module" src="\/assets\/)|\son[a-z]+=/i);
      expect(html).not.toMatch(/(src|<link[^>]*href)="(https?:)?\/\//);
    }
  });

  it("has one main part, one first heading, a language and a title on every page", () => {
    for (const html of pages) {
      expect(html).toContain('<html lang="en">');
      expect(html.match(/<main/g)).toHaveLength(1);
      expect(html.match(/<h1/g)).toHaveLength(1);
      expect(html).toMatch(/<title>.+ · Nextstrain Groups<\/title>/);
    }
  });
});

describe("The Content-Security-Policy of pages", () => {
  it("has no wildcards and no unsafe sources", () => {
    expect(pagePolicy()).toMatch(/^default-src 'none';/);
    expect(pagePolicy()).not.toMatch(/unsafe|\*/);
  });

  it("names the origins that a logout may redirect to", () => {
    expect(pagePolicy(["https://idp.example"])).toContain("form-action 'self' https://idp.example;");
    expect(pagePolicy()).toContain("form-action 'self';");
  });
});
