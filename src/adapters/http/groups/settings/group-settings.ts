import type { Group } from "../../../../domain/groups/group.ts";
import type { OverviewSource } from "../../../../ports/driving/group-settings.ts";
import { groupHref, logoHref, settingsHref } from "../../pages/hrefs.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPage } from "../../pages/template.ts";
import type { GroupHead } from "../group-head.ts";

export interface GroupSettingsPage {
  readonly layout: LayoutData;
  readonly group: Group;
  readonly head: GroupHead;
  /** Otherwise the page only says which role is needed. */
  readonly mayEditSettings: boolean;
  readonly hasLogo: boolean;
  /**
   * The stored overview with its front matter, and its tag for `If-Match`. The page's script fetches a large text.
   */
  readonly overview: OverviewSource | undefined;
}

/** The initial text of a new overview, which is equivalent to having none. */
const overviewTemplate = `---
# Remove the # of a line to use it.
# title: The full name of your group
# byline: Who you are, in one line
# website: https://example.org
showDatasets: true
showNarratives: true
---
`;

const initialText = (overview: OverviewSource | undefined): string => {
  const text = overview === undefined ? "" : (overview.text ?? loadingText);
  return text.trim() === "" ? overviewTemplate : text;
};

/** Shown until the script has fetched a large text. */
const loadingText = "…";

/** `/groups/<name>/settings`. */
export const renderGroupSettings = (content: GroupSettingsPage): string => {
  const { layout, group, overview } = content;
  return renderPage("group-settings", {
    layout,
    title: `"${group.name}" Group Settings`,
    head: content.head,
    href: groupHref(group.name),
    logoSettingsHref: settingsHref(group.name, "logo"),
    logoHref: content.hasLogo ? logoHref(group.name) : undefined,
    overviewHref: settingsHref(group.name, "overview"),
    mayEditSettings: content.mayEditSettings,
    overview: initialText(overview),
    isElsewhere: overview !== undefined && overview.text === undefined,
    etag: overview?.etag ?? "",
  });
};
