import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { Group } from "../../../../domain/groups/group.ts";
import type { Listing } from "../../../../ports/driving/resources.ts";
import { groupHref } from "../../pages/hrefs.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPageWithChunks, renderTemplate } from "../../pages/template.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { filterQuery, filterResources, isFiltering } from "./resource-filter.ts";
import type { ResourceItem } from "./resource-list.ts";
import { filterForm, resourceItems } from "./resource-list.ts";

export interface ListedGroup {
  readonly group: Group;
  /** Undefined when the store is unavailable. */
  readonly listing: Listing | undefined;
}

/** Further tiles are collapsed at first, and so is a group with more resources. */
const maxOpenTiles = 24;
const maxOpenItems = 12;

/** Further resources of a group are only on its own page. */
const maxItems = 100;

const hueCount = 10;

interface GroupSection {
  readonly name: string;
  readonly href: string;
  readonly isPublic: boolean;
  readonly hue: number;
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
  hue: number,
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
    hue,
    count: matches.length,
    shownCount: items.length,
    items,
    isOpen: matches.length <= maxOpenItems || isFiltering(filter),
    restHref: matches.length > maxItems ? href + filterQuery(filter) : undefined,
  };
};

const groupTile = ({ group, listing }: ListedGroup, hue: number) => ({
  name: group.name,
  href: groupHref(group.name),
  isPublic: group.isPublic,
  hue,
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
  const tiles = groups.map((listed, i) => groupTile(listed, i % hueCount));
  const all = groups.flatMap(({ listing }) => [...(listing?.datasets ?? []), ...(listing?.narratives ?? [])]);
  const sections: Buffer[] = [];
  for (const [i, listed] of groups.entries()) {
    const section = await groupSection(listed, i % hueCount, filter);
    if (section.count > 0) sections.push(Buffer.from(renderTemplate("group-section", { ...section })));
    // A group may have many thousand resources.
    await yieldToEventLoop();
  }
  const data = {
    layout,
    title: "Groups",
    href: "/groups",
    noRoles: content.noRoles,
    tiles: tiles.slice(0, maxOpenTiles),
    furtherTiles: tiles.slice(maxOpenTiles),
    isEmpty: sections.length === 0,
    unavailableGroups: groups.filter(({ listing }) => listing === undefined).map(({ group }) => group.name),
    total: all.length,
    filter: filterForm(filter, all),
  };
  return renderPageWithChunks("group-listing", data, sections);
};
