import type { GroupName } from "../../../domain/groups/group.ts";
import { assetPath } from "../assets/asset.ts";
import type { ImageRule } from "../groups/overview/image-rule.ts";
import { groupHref } from "../pages/address.ts";
import type { Frame } from "../pages/frame.ts";
import { defaultSiteTitle } from "../pages/frame.ts";
import { renderDocument } from "../pages/template.ts";

export interface AuspicePage {
  readonly frame: Frame;
  /** Whose data Auspice shows first; absent where it shows none. */
  readonly group: GroupName | undefined;
  readonly images: ImageRule;
}

const stateOf = ({ user, unverified }: Frame): "user" | "unverified" | "anonymous" =>
  user ? "user" : unverified ? "unverified" : "anonymous";

const renderBar = ({ frame, group, images }: AuspicePage): string =>
  renderDocument("auspice-bar", {
    frame,
    images,
    state: stateOf(frame),
    siteTitle: frame.siteTitle ?? defaultSiteTitle,
    group: group && { name: group, href: groupHref(group) },
    asset: assetPath,
  });

/**
 * Auspice's page with a bar above it: who is logged in, and the ways back. Auspice is left as it was
 * published; what stands around it is ours.
 * @throws Error at once, when this is no page that a bar can be put into
 */
export const auspicePage = (entrypoint: string): ((content: AuspicePage) => string) => {
  // Its built page says no language; what Auspice itself says is English unless somebody chooses otherwise.
  const page = entrypoint.replace(/^(\s*<!doctype html>\s*<html)>/i, '$1 lang="en">');
  const [, head, bodyTag, body] = /^(.*)(<\/head>\s*<body[^>]*>)(.*)$/is.exec(page) ?? [];
  if (head === undefined || bodyTag === undefined || body === undefined) {
    throw new Error("Auspice's page has no place for the bar with the user's name.");
  }
  return (content) =>
    `${head}<link rel="stylesheet" href="${assetPath("auspice-bar.css")}">${bodyTag}${renderBar(content)}${body}`;
};
