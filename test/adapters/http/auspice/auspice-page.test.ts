import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findInstallation } from "../../../../src/adapters/auspice/installation.ts";
import { assets } from "../../../../src/adapters/http/assets/asset.ts";
import { auspicePage } from "../../../../src/adapters/http/auspice/auspice-page.ts";
import type { ImagePolicy } from "../../../../src/adapters/http/groups/overview/image-policy.ts";
import { imagePolicies } from "../../../../src/adapters/http/groups/overview/image-policy.ts";
import type { LayoutData } from "../../../../src/adapters/http/pages/layout.ts";
import type { GroupName } from "../../../../src/domain/groups/group.ts";
import { alice, anonymous, group, positions, unverified } from "../pages/sample.ts";

const entrypoint = readFileSync(join(findInstallation().folder, "dist", "index.html"), "utf8");
const page = auspicePage(entrypoint);
const render = ({
  group: name,
  ...content
}: {
  layout: LayoutData;
  group?: GroupName;
  images?: ImagePolicy;
}) => page({ images: imagePolicies(undefined)(undefined), group: name, ...content });
const lab = group("lab-one").name;

/** The sections of the bar that are visible. */
const visibleSections = (html: string): string[] =>
  [...html.matchAll(/<div data-when="(\w+)">/g)].map(([, state]) => state ?? "");

describe("Auspice's page with the bar", () => {
  it("leaves Auspice as it was published", () => {
    const html = render({ layout: alice, group: lab });
    const withoutBar = html
      .replace('<html lang="en">', "<html>")
      .replace(/<link rel="stylesheet" href="\/assets\/[^>]*>/, "")
      .replace(/<header id="groups-bar".*<\/header>\s*<script src="\/assets\/[^>]*><\/script>\s*/s, "");
    expect(withoutBar === entrypoint).toBe(true);
  });

  it("runs the bar's script before Auspice's, from assets that exist", () => {
    const html = render({ layout: alice, group: lab });
    const order = positions(html, ['<link rel="stylesheet"', "<header", "<script", 'id="root"', "/dist/"]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const references = html.match(/\/assets\/[^"]+/g) ?? [];
    expect(references.map((path) => path.replace(/\..+\./, "."))).toEqual([
      "/assets/auspice-bar.css",
      "/assets/auspice-bar.js",
    ]);
    for (const path of references) expect([...assets().keys()]).toContain(path);
    expect(html.slice(order[1], order[3])).not.toMatch(
      /<style|\sstyle=|<script(?! src="\/assets\/)|\son[a-z]+=/i,
    );
  });

  it("shows the user, with links to the group, the sessions and the logout", () => {
    const html = render({ layout: alice, group: lab });
    expect(visibleSections(html)).toEqual(["user"]);
    expect(html).toContain('href="/groups/lab-one" title="Back to the group lab-one"');
    expect(html).toContain('<span data-slot="username">alice</span>');
    expect(html).toContain('href="/sessions"');
    expect(html).toContain('<form method="post" action="/logout">');
  });

  it("escapes names", () => {
    const html = render({ layout: { ...alice, user: { username: '</span><script src="//evil">' } } });
    expect(html).toContain(
      '<span data-slot="username">&lt;/span&gt;&lt;script src=&quot;//evil&quot;&gt;</span>',
    );
    expect(html).not.toContain('//evil">');
  });

  it("lets anonymous visitors log in and return, and shows no username", () => {
    const html = render({ layout: anonymous, group: lab });
    expect(visibleSections(html)).toEqual(["anonymous"]);
    expect(html).toContain('href="/login?return_to=%2Fgroups">Log in</a>');
    expect(html).toContain('<span data-slot="username"></span>');
  });

  it("says so when a login cannot be checked", () => {
    const html = render({ layout: unverified, group: lab });
    expect(visibleSections(html)).toEqual(["unverified"]);
    expect(html).toContain("Your login cannot be checked.");
    expect(render({ layout: anonymous })).not.toContain("cannot be checked");
  });

  it("tells its script which images are allowed, and why no others", () => {
    const images = imagePolicies(["a.example"])(undefined);
    const html = render({ layout: alice, images });
    expect(html).toContain('data-images="^https://(?:a\\.example)/"');
    expect(html).toContain('data-no-image="this server does not show images from there."');
  });

  it("has no link to a group where none is shown", () => {
    expect(render({ layout: alice })).toContain('data-slot="group" hidden></a>');
  });

  it("throws at once for a page without a place for the bar", () => {
    expect(() => auspicePage("<p>Not a page")).toThrow("no place for the bar");
  });
});
