import { setImmediate as nextTurn } from "node:timers/promises";
import type { Group } from "../../../domain/group.ts";
import type { Listing } from "../../../ports/driving/resources.ts";
import { groupHref } from "./address.ts";
import type { Frame } from "./frame.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { filterQuery, isFiltering, matches } from "./resource-filter.ts";
import { filterForm, renderItems, resourceItems } from "./resource-list.ts";
import { renderPage } from "./template.ts";

export interface ListedGroup {
  readonly group: Group;
  /** Undefined: it could not be read right now. */
  readonly listing: Listing | undefined;
}

/** More tiles, or more resources of one group, start collapsed. */
const maxOpenTiles = 24;
const maxOpenItems = 12;

/** More of one group are only on its own page. */
const maxItems = 100;

const hues = 10;

interface Section {
  readonly name: string;
  readonly href: string;
  readonly isPublic: boolean;
  readonly hue: number;
  readonly count: number;
  /** How many of them are in `items`, as HTML. */
  readonly shown: number;
  readonly items: string;
  readonly isOpen: boolean;
  /** Where the rest is, if this is not all. */
  readonly restHref: string | undefined;
}

const sectionOf = async (
  { group, listing }: ListedGroup,
  hue: number,
  filter: ResourceFilter,
): Promise<Section> => {
  const resources = [...(listing?.datasets ?? []), ...(listing?.narratives ?? [])];
  const matching = resources.filter((resource) => matches(filter, resource));
  const href = groupHref(group.name);
  const items = await resourceItems(matching.slice(0, maxItems));
  return {
    name: group.name,
    href,
    isPublic: group.isPublic,
    hue,
    count: matching.length,
    shown: items.length,
    items: await renderItems(items, false),
    isOpen: matching.length <= maxOpenItems || isFiltering(filter),
    restHref: matching.length > maxItems ? href + filterQuery(filter) : undefined,
  };
};

const tileOf = ({ group, listing }: ListedGroup, hue: number) => ({
  name: group.name,
  href: groupHref(group.name),
  isPublic: group.isPublic,
  hue,
  datasets: listing?.datasets.length,
  narratives: listing?.narratives.length,
});

const byName = (a: ListedGroup, b: ListedGroup): number =>
  a.group.name.localeCompare(b.group.name, "en", { numeric: true });

/** `/groups`: all groups the visitor may see and what is in them. */
export const renderListing = async (content: {
  readonly frame: Frame;
  readonly groups: readonly ListedGroup[];
  readonly filter: ResourceFilter;
  /** As on the page of `/whoami`. */
  readonly noRoles?: string | undefined;
}): Promise<string> => {
  const { frame, filter } = content;
  const groups = content.groups.toSorted(byName);
  const tiles = groups.map((listed, i) => tileOf(listed, i % hues));
  const all = groups.flatMap(({ listing }) => [...(listing?.datasets ?? []), ...(listing?.narratives ?? [])]);
  const sections: Section[] = [];
  for (const [i, listed] of groups.entries()) {
    sections.push(await sectionOf(listed, i % hues, filter));
    // A group may hold many thousand resources; after each, others have their turn.
    await nextTurn();
  }
  return renderPage("./group-listing", {
    frame,
    title: "Groups",
    href: "/groups",
    noRoles: content.noRoles,
    tiles: tiles.slice(0, maxOpenTiles),
    furtherTiles: tiles.slice(maxOpenTiles),
    sections: sections.filter(({ count }) => count > 0),
    unread: groups.filter(({ listing }) => listing === undefined).map(({ group }) => group.name),
    total: all.length,
    filter: filterForm(filter, all),
  });
};
