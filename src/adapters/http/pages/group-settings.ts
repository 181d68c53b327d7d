import type { Group } from "../../../domain/group.ts";
import { groupHref, settingsHref } from "./address.ts";
import type { Frame } from "./frame.ts";
import { renderPage } from "./template.ts";

export interface GroupSettingsPage {
  readonly frame: Frame;
  readonly group: Group;
  /** Without it the page only says which role is needed. */
  readonly mayEditSettings: boolean;
  /** The stored logo as a `data:` URL, or null when there is none. */
  readonly avatar: string | null;
  /** The stored overview with its front matter, and the tag that `If-Match` will be sent with. */
  readonly overview: { readonly text: string; readonly etag: string } | undefined;
}

/** What an owner starts from. Saved as it is, it gives the group's defaults. */
const overviewTemplate = `---
# Remove the # of a line to use it.
# title: The full name of your group
# byline: Who you are, in one line
# website: https://example.org
showDatasets: true
showNarratives: true
---
`;

/** `/groups/<name>/settings`. */
export const renderGroupSettings = (content: GroupSettingsPage): string => {
  const { frame, group, overview } = content;
  return renderPage("./group-settings", {
    frame,
    title: `"${group.name}" Group Settings`,
    group,
    href: groupHref(group.name),
    logoHref: settingsHref(group.name, "logo"),
    overviewHref: settingsHref(group.name, "overview"),
    mayEditSettings: content.mayEditSettings,
    avatar: content.avatar,
    overview: overview === undefined || overview.text.trim() === "" ? overviewTemplate : overview.text,
    etag: overview?.etag ?? "",
  });
};
