import type { Group } from "../../../../domain/groups/group.ts";
import type { OverviewSource } from "../../../../ports/driving/group-settings.ts";
import { groupHref, logoHref, settingsHref } from "../../pages/address.ts";
import type { Frame } from "../../pages/frame.ts";
import { renderPage } from "../../pages/template.ts";

export interface GroupSettingsPage {
  readonly frame: Frame;
  readonly group: Group;
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

const textOf = (overview: OverviewSource | undefined): string => {
  const text = overview === undefined ? "" : (overview.text ?? elsewhere);
  return text.trim() === "" ? overviewTemplate : text;
};

/** Shown until the script has fetched a large text. */
const elsewhere = "…";

/** `/groups/<name>/settings`. */
export const renderGroupSettings = (content: GroupSettingsPage): string => {
  const { frame, group, overview } = content;
  return renderPage("group-settings", {
    frame,
    title: `"${group.name}" Group Settings`,
    group,
    href: groupHref(group.name),
    logoSettingsHref: settingsHref(group.name, "logo"),
    logoHref: content.hasLogo ? logoHref(group.name) : undefined,
    overviewHref: settingsHref(group.name, "overview"),
    mayEditSettings: content.mayEditSettings,
    overview: textOf(overview),
    isElsewhere: overview !== undefined && overview.text === undefined,
    etag: overview?.etag ?? "",
  });
};
