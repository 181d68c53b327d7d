import type { GroupName } from "../../../domain/groups/group.ts";
import { defaultSite, type Site } from "../../../domain/site.ts";
import { assetPath } from "../assets/asset.ts";
import { siteAssets, siteView } from "../assets/site-assets.ts";
import type { ImagePolicy } from "../groups/overview/image-policy.ts";
import { groupHref } from "../pages/hrefs.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderTemplate } from "../pages/template.ts";

export interface AuspicePage {
  readonly layout: LayoutData;
  /** The group in the page's path, for the link back to it. */
  readonly group: GroupName | undefined;
  readonly images: ImagePolicy;
}

const loginStateOf = ({ user, unverified }: LayoutData): "user" | "unverified" | "anonymous" =>
  user ? "user" : unverified ? "unverified" : "anonymous";

const renderBar = ({ layout, group, images }: AuspicePage): string =>
  renderTemplate("auspice-bar", {
    layout,
    images,
    state: loginStateOf(layout),
    site: siteView(layout.site ?? defaultSite),
    group: group && { name: group, href: groupHref(group) },
    asset: assetPath,
  });

const styles = (site: Site): string =>
  [assetPath("auspice-bar.css"), siteAssets(site).accent?.path]
    .filter((path) => path !== undefined)
    .map((path) => `<link rel="stylesheet" href="${path}">`)
    .join("");

/**
 * Inserts a bar into Auspice's page, with the account and links to the group and the home page. Auspice itself stays as
 * it was published. Throws an Error when `entrypoint` has no `</head>` and `<body>`.
 */
export const auspicePage = (entrypoint: string): ((content: AuspicePage) => string) => {
  // The published page declares no language, and Auspice is in English by default.
  const page = entrypoint.replace(/^(\s*<!doctype html>\s*<html)>/i, '$1 lang="en">');
  const [, head, bodyTag, body] = /^(.*)(<\/head>\s*<body[^>]*>)(.*)$/is.exec(page) ?? [];
  if (head === undefined || bodyTag === undefined || body === undefined) {
    throw new Error("Auspice's page has no place for the bar with the user's name.");
  }
  return (content) =>
    `${head}${styles(content.layout.site ?? defaultSite)}${bodyTag}${renderBar(content)}${body}`;
};
