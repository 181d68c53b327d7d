import type { Group } from "../../../domain/groups/group.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";
import type { EndingMembership } from "../../../domain/people/membership.ts";
import type { OpenGroup } from "../../../ports/driving/groups.ts";
import { groupHref, logoHref, settingsHref } from "../pages/hrefs.ts";
import { groupMark } from "./group-mark.ts";
import { endingBanner } from "./members/ending-memberships.ts";
import { roleWithArticle } from "./role-words.ts";

/** The pages of a group that have a tab, in their order. */
export type GroupTab = "data" | "members" | "settings";

/** Whose page it is: what the visitor is in the group and may do there. */
export type GroupVisit = Pick<OpenGroup, "group" | "roles" | "isMember" | "mayEditSettings">;

interface Tab {
  readonly name: GroupTab;
  readonly label: string;
  readonly href: string;
  readonly isOffered: (visit: GroupVisit) => boolean;
}

const tabsOf = ({ name }: Group): readonly Tab[] => [
  { name: "data", label: "Data", href: groupHref(name), isOffered: () => true },
  {
    name: "members",
    label: "Members",
    href: settingsHref(name, "members"),
    isOffered: ({ isMember }) => isMember,
  },
  {
    name: "settings",
    label: "Settings",
    href: settingsHref(name),
    isOffered: ({ mayEditSettings }) => mayEditSettings,
  },
];

const websiteLink = (url: string | undefined) =>
  url === undefined ? undefined : { href: url, text: url.replace(/^[a-z]+:(\/\/)?/i, "").replace(/\/$/, "") };

export interface GroupHead {
  readonly name: string;
  readonly isPublic: boolean;
  /** Nothing in it can be changed, which its members are told. */
  readonly isArchived: boolean;
  readonly isMember: boolean;
  readonly mark: { readonly initials: string; readonly hue: number };
  readonly heading: string;
  readonly byline: string | undefined;
  readonly website: { readonly href: string; readonly text: string } | undefined;
  readonly logoHref: string | undefined;
  /** The visitor's highest role, with its article. */
  readonly role: string | undefined;
  readonly tabs: readonly {
    readonly label: string;
    readonly href: string;
    readonly isCurrent: boolean;
    readonly count: number | undefined;
  }[];
  readonly ending: ReturnType<typeof endingBanner>;
}

/**
 * The data of the template `group-head`, which begins every page of a group: who the group is, what the visitor is in
 * it, and the tabs that they may use. A page includes it with `include("group-head", it.head)`; it has the page's `h1`.
 * @param current The tab of this page.
 * @param counts How many things there are behind a tab.
 * @param ending Which memberships end soon, of which owners are told.
 */
export const groupHead = (
  visit: GroupVisit,
  info: GroupInfo,
  current: GroupTab,
  counts: Partial<Record<GroupTab, number>> = {},
  ending: readonly EndingMembership[] = [],
): GroupHead => {
  const { group } = visit;
  const highest = visit.roles.at(-1);
  return {
    name: group.name,
    isPublic: group.isPublic,
    isArchived: group.isArchived ?? false,
    isMember: visit.isMember,
    mark: groupMark(group),
    heading: info.title,
    byline: info.byline,
    website: websiteLink(info.website),
    logoHref: info.logo === null ? undefined : logoHref(group.name),
    role: highest && roleWithArticle[highest],
    tabs: tabsOf(group)
      .filter(({ isOffered }) => isOffered(visit))
      .map(({ name, label, href }) => ({ label, href, isCurrent: name === current, count: counts[name] })),
    ending: endingBanner(group.name, ending),
  };
};
