import type { Group } from "../../../../domain/groups/group.ts";
import { defaultGroupInfo } from "../../../../domain/groups/group-info.ts";
import { logoHref, settingsHref } from "../../pages/hrefs.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPage } from "../../pages/template.ts";
import type { GroupHead } from "../group-head.ts";
import type { OverviewForm } from "./overview/overview-form.ts";

export interface GroupSettingsPage {
  readonly layout: LayoutData;
  readonly group: Group;
  readonly head: GroupHead;
  /** Undefined: not known during an outage, and not shown. */
  readonly hasLogo: boolean | undefined;
  /** Undefined: the visitor may not change settings, and the page only says which role is needed. */
  readonly overview: OverviewForm | undefined;
}

const scriptsOf = ({ overview, hasLogo }: GroupSettingsPage) => [
  ...(overview && hasLogo !== undefined ? ["logo-form.js"] : []),
  ...(overview ? [overview.edit.kind === "unread" ? "overview-source.js" : "overview-form.js"] : []),
];

/** `/groups/<name>/settings`. */
export const renderGroupSettings = (content: GroupSettingsPage): string => {
  const { layout, group, overview, hasLogo } = content;
  return renderPage("group-settings", {
    layout,
    title: `"${group.name}" Group Settings`,
    scripts: scriptsOf(content),
    head: content.head,
    settingsHref: settingsHref(group.name),
    logoSettingsHref: settingsHref(group.name, "logo"),
    isLogoShown: hasLogo !== undefined,
    logoHref: hasLogo ? logoHref(group.name) : undefined,
    overviewHref: settingsHref(group.name, "overview"),
    previewHref: `${settingsHref(group.name, "overview")}/preview`,
    defaultTitle: defaultGroupInfo(group.name).title,
    form: overview,
    problems: overview?.problems ?? {},
    notice: overview?.notice,
  });
};
