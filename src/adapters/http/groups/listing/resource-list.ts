import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { Resource } from "../../../../domain/resources/resource.ts";
import { resourceHref } from "../../pages/hrefs.ts";
import { slicesWithYields } from "../../pages/slices-with-yields.ts";
import { renderTemplate } from "../../pages/template.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { isFiltering } from "./resource-filter.ts";
import { sortWithYields } from "./sort-with-yields.ts";

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

const toItem = (resource: Resource): ResourceItem => ({
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
  for await (const slice of slicesWithYields(resources, sliceSize)) items.push(...slice.map(toItem));
  return sortWithYields(items, byKindAndName);
};

/** Groups datasets by the first part of their names, or under one heading if all names have one part only. */
export const datasetSections = async (datasets: readonly Resource[]): Promise<readonly ResourceSection[]> => {
  if (datasets.length === 0) return [];
  if (datasets.every(({ parts }) => parts.length === 1)) {
    return [{ heading: "Datasets", items: await resourceItems(datasets) }];
  }
  const byFirstPart = [...Map.groupBy(datasets, ({ parts }) => parts[0])];
  const sections: ResourceSection[] = [];
  for (const [heading, resources] of await sortWithYields(byFirstPart, ([a], [b]) =>
    collator.compare(a, b),
  )) {
    sections.push({ heading, items: await resourceItems(resources) });
    await yieldToEventLoop();
  }
  return sections;
};

/** A slice of a section, since a section may be too long to be rendered at once. */
interface SectionPart extends ResourceSection {
  /** Whether the section is unfolded at first. */
  readonly isOpen: boolean;
  /** Number of items in the whole section. */
  readonly count: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

const splitSection = function* (
  { heading, items }: ResourceSection,
  isOpen: boolean,
): Generator<SectionPart> {
  for (let start = 0; start < items.length; start += sliceSize) {
    const slice = items.slice(start, start + sliceSize);
    const isLast = start + sliceSize >= items.length;
    yield { heading, isOpen, count: items.length, items: slice, isFirst: start === 0, isLast };
  }
};

/** Sections that begin after this many items are folded at first. */
const maxOpenItems = 60;

/** Renders sections as chunks of HTML. Small sections share a chunk, since there may be thousands of them. */
export const renderSections = async (
  sections: readonly ResourceSection[],
  { mayDelete, isFiltering: isFiltered }: { readonly mayDelete: boolean; readonly isFiltering: boolean },
): Promise<readonly Buffer[]> => {
  const chunks: Buffer[] = [];
  let parts: SectionPart[] = [];
  let items = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    chunks.push(Buffer.from(renderTemplate("resource-sections", { parts, mayDelete })));
    parts = [];
    items = 0;
    await yieldToEventLoop();
  };
  for (const section of sections) {
    const isOpen = isFiltered || total < maxOpenItems;
    total += section.items.length;
    for (const part of splitSection(section, isOpen)) {
      parts.push(part);
      items += part.items.length;
      if (items >= sliceSize) await flush();
    }
  }
  if (items > 0) await flush();
  return chunks;
};

const maxSuggestions = 200;
/** Suggestions are chosen from this many name parts, of the first resources. */
const maxNameParts = 2000;

const collectNameParts = (resources: readonly Resource[]): Set<string> => {
  const nameParts = new Set<string>();
  for (const { parts } of resources) {
    if (nameParts.size >= maxNameParts) break;
    for (const part of parts) nameParts.add(part);
  }
  return nameParts;
};

/** Data of the filter form, which works without scripts. */
export const filterForm = (filter: ResourceFilter, resources: readonly Resource[]) => ({
  words: filter.words.join(" "),
  kinds: filter.kinds,
  isFiltering: isFiltering(filter),
  suggestions: [...collectNameParts(resources)].sort(collator.compare).slice(0, maxSuggestions),
});
