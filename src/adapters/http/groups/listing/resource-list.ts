import { setImmediate as nextTurn } from "node:timers/promises";
import type { Resource } from "../../../../domain/resources/resource.ts";
import { resourceHref } from "../../pages/address.ts";
import { slicesInTurns } from "../../pages/slices-in-turns.ts";
import { renderDocument } from "../../pages/template.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { isFiltering } from "./resource-filter.ts";
import { sortedInTurns } from "./sorted-in-turns.ts";

/** A resource in a list. */
export interface ResourceItem {
  readonly kind: Resource["kind"];
  readonly href: string;
  /** Without the group. */
  readonly name: string;
}

export interface ResourceSection {
  readonly heading: string;
  readonly items: readonly ResourceItem[];
}

const collator = new Intl.Collator("en", { numeric: true });

const itemOf = (resource: Resource): ResourceItem => ({
  kind: resource.kind,
  href: resourceHref(resource),
  name: resource.parts.join("/"),
});

const byKindAndName = (a: ResourceItem, b: ResourceItem): number => {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return collator.compare(a.name, b.name);
};

/** Number of items that are rendered before yielding to the event loop. */
const sliceSize = 250;

/** Sorted: datasets first, then by name, with numbers in numerical order. */
export const resourceItems = async (resources: readonly Resource[]): Promise<readonly ResourceItem[]> => {
  const items: ResourceItem[] = [];
  for await (const slice of slicesInTurns(resources, sliceSize)) items.push(...slice.map(itemOf));
  return sortedInTurns(items, byKindAndName);
};

/** Groups datasets by the first part of their names, or under one heading if all names have one part only. */
export const datasetSections = async (datasets: readonly Resource[]): Promise<readonly ResourceSection[]> => {
  if (datasets.length === 0) return [];
  if (datasets.every(({ parts }) => parts.length === 1)) {
    return [{ heading: "Datasets", items: await resourceItems(datasets) }];
  }
  const byFirstPart = [...Map.groupBy(datasets, ({ parts }) => parts[0])];
  const sections: ResourceSection[] = [];
  for (const [heading, resources] of await sortedInTurns(byFirstPart, ([a], [b]) => collator.compare(a, b))) {
    sections.push({ heading, items: await resourceItems(resources) });
    await nextTurn();
  }
  return sections;
};

/** A slice of a section, since a section may be too long to be rendered at once. */
interface SectionPart extends ResourceSection {
  /** Number of items in the whole section. */
  readonly count: number;
  readonly begins: boolean;
  readonly ends: boolean;
}

const partsOf = function* ({ heading, items }: ResourceSection): Generator<SectionPart> {
  for (let at = 0; at < items.length; at += sliceSize) {
    const slice = items.slice(at, at + sliceSize);
    const ends = at + sliceSize >= items.length;
    yield { heading, count: items.length, items: slice, begins: at === 0, ends };
  }
};

/** Renders sections as chunks of HTML. Small sections share a chunk, since there may be thousands of them. */
export const renderSections = async (
  sections: readonly ResourceSection[],
  mayDelete: boolean,
): Promise<readonly Buffer[]> => {
  const pieces: Buffer[] = [];
  let parts: SectionPart[] = [];
  let items = 0;
  const finish = async (): Promise<void> => {
    pieces.push(Buffer.from(renderDocument("resource-sections", { parts, mayDelete })));
    parts = [];
    items = 0;
    await nextTurn();
  };
  for (const section of sections) {
    for (const part of partsOf(section)) {
      parts.push(part);
      items += part.items.length;
      if (items >= sliceSize) await finish();
    }
  }
  if (items > 0) await finish();
  return pieces;
};

const maxSuggestions = 200;
/** Suggestions are chosen from this many name parts, of the first resources. */
const maxCandidates = 2000;

const candidates = (resources: readonly Resource[]): Set<string> => {
  const found = new Set<string>();
  for (const { parts } of resources) {
    if (found.size >= maxCandidates) break;
    for (const part of parts) found.add(part);
  }
  return found;
};

/** Data of the filter form, which works without scripts. */
export const filterForm = (filter: ResourceFilter, resources: readonly Resource[]) => ({
  words: filter.words.join(" "),
  kinds: filter.kinds,
  isFiltering: isFiltering(filter),
  suggestions: [...candidates(resources)].sort(collator.compare).slice(0, maxSuggestions),
});
