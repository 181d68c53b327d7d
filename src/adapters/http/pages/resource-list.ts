import { setImmediate as nextTurn } from "node:timers/promises";
import type { Resource } from "../../../domain/resource.ts";
import { resourceHref } from "./address.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { isFiltering } from "./resource-filter.ts";
import { sortedInTurns } from "./sorted-in-turns.ts";
import { renderDocument } from "./template.ts";

/** A resource as a line of a list. */
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

/** Datasets first, each kind by name, numbers by their value. */
export const resourceItems = (resources: readonly Resource[]): Promise<readonly ResourceItem[]> =>
  sortedInTurns(resources.map(itemOf), byKindAndName);

/** Grouped by first part as soon as one dataset has several; otherwise all under one heading. */
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

/** Items of a list that are made at a stretch; then others have their turn. */
const sliceSize = 500;

/** The lines of a list, as HTML. */
export const renderItems = async (items: readonly ResourceItem[], mayDelete: boolean): Promise<string> => {
  let html = "";
  for (let at = 0; at < items.length; at += sliceSize) {
    if (at > 0) await nextTurn();
    html += renderDocument("./resource-items", { items: items.slice(at, at + sliceSize), mayDelete });
  }
  return html;
};

const maxSuggestions = 200;
/** Suggestions are chosen among so many: those of the first resources will do. */
const maxCandidates = 2000;

const candidates = (resources: readonly Resource[]): Set<string> => {
  const found = new Set<string>();
  for (const { parts } of resources) {
    if (found.size >= maxCandidates) break;
    for (const part of parts) found.add(part);
  }
  return found;
};

/** What the form for filtering shows; it works without scripts. */
export const filterForm = (filter: ResourceFilter, resources: readonly Resource[]) => ({
  words: filter.words.join(" "),
  kinds: filter.kinds,
  isFiltering: isFiltering(filter),
  suggestions: [...candidates(resources)].sort(collator.compare).slice(0, maxSuggestions),
});
