import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { Group } from "../../../../domain/groups/group.ts";
import type { Role } from "../../../../domain/identity/role.ts";
import type { Listing } from "../../../../ports/driving/resources.ts";
import { groupHref } from "../../pages/hrefs.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPageWithChunks, renderTemplate } from "../../pages/template.ts";
import { groupMark } from "../group-mark.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { filterQuery, filterResources, isFiltering } from "./resource-filter.ts";
import type { ResourceItem } from "./resource-list.ts";
import { filterForm, resourceItems } from "./resource-list.ts";

export interface ListedGroup {
  readonly group: Group;
  /** The visitor's own, least to most privileged. */
  readonly roles?: readonly Role[];
  /** Undefined when the store is unavailable. */
  readonly listing: Listing | undefined;
}

/** Further tiles are collapsed at first, and so is a group with more resources. */
const maxOpenTiles = 24;
const maxOpenItems = 12;

/** Further resources of a group are only on its own page. */
const maxItems = 100;

interface GroupSection {
  readonly name: string;
  readonly href: string;
  readonly isPublic: boolean;
  readonly count: number;
  /** The number of `items`. */
  readonly shownCount: number;
  readonly items: readonly ResourceItem[];
  readonly isOpen: boolean;
  /** URL of the complete list, if `items` is only part of it. */
  readonly restHref: string | undefined;
}

const groupSection = async (
  { group, listing }: ListedGroup,
  filter: ResourceFilter,
): Promise<GroupSection> => {
  const resources = [...(listing?.datasets ?? []), ...(listing?.narratives ?? [])];
  const matches = await filterResources(filter, resources);
  const href = groupHref(group.name);
  const items = await resourceItems(matches.slice(0, maxItems));
  return {
    name: group.name,
    href,
    isPublic: group.isPublic,
    count: matches.length,
    shownCount: items.length,
    items,
    isOpen: matches.length <= maxOpenItems || isFiltering(filter),
    restHref: matches.length > maxItems ? href + filterQuery(filter) : undefined,
  };
};

const roleLabels: Record<Role, string> = { viewers: "Viewer", editors: "Editor", owners: "Owner" };

const groupTile = ({ group, listing, roles = [] }: ListedGroup) => ({
  name: group.name,
  href: groupHref(group.name),
  isPublic: group.isPublic,
  mark: groupMark(group),
  role: roles.map((role) => roleLabels[role]).at(-1),
  datasets: listing?.datasets.length,
  narratives: listing?.narratives.length,
});

const byName = (a: ListedGroup, b: ListedGroup): number =>
  a.group.name.localeCompare(b.group.name, "en", { numeric: true });

/** `/groups`: the groups that the visitor may see, with their resources. */
export const renderGroupListing = async (content: {
  readonly layout: LayoutData;
  readonly groups: readonly ListedGroup[];
  readonly filter: ResourceFilter;
  /** As on `/whoami`. */
  readonly noRoles?: string | undefined;
}): Promise<readonly Buffer[]> => {
  const { layout, filter } = content;
  const groups = content.groups.toSorted(byName);
  const tiles = groups.map(groupTile);
  const otherTiles = tiles.filter(({ role }) => role === undefined);
  const all = groups.flatMap(({ listing }) => [...(listing?.datasets ?? []), ...(listing?.narratives ?? [])]);
  const sections: Buffer[] = [];
  for (const listed of groups) {
    const section = await groupSection(listed, filter);
    if (section.count > 0) sections.push(Buffer.from(renderTemplate("group-section", { ...section })));
    // A group may have many thousand resources.
    await yieldToEventLoop();
  }
  const data = {
    layout,
    title: "Groups",
    href: "/groups",
    noRoles: content.noRoles,
    ownTiles: tiles.filter(({ role }) => role !== undefined),
    tiles: otherTiles.slice(0, maxOpenTiles),
    furtherTiles: otherTiles.slice(maxOpenTiles),
    isEmpty: sections.length === 0,
    unavailableGroups: groups.filter(({ listing }) => listing === undefined).map(({ group }) => group.name),
    total: all.length,
    filter: filterForm(filter, all),
  };
  return renderPageWithChunks("group-listing", data, sections);
};
