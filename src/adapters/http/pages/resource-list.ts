import type { Resource } from "../../../domain/resource.ts";
import { resourceHref } from "./address.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { isFiltering } from "./resource-filter.ts";

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

/** Datasets first, each kind by name, numbers by their value. */
export const resourceItems = (resources: readonly Resource[]): readonly ResourceItem[] =>
  resources.map(itemOf).sort((a, b) => collator.compare(a.kind, b.kind) || collator.compare(a.name, b.name));

/** Grouped by first part as soon as one dataset has several; otherwise all under one heading. */
export const datasetSections = (datasets: readonly Resource[]): readonly ResourceSection[] => {
  if (datasets.length === 0) return [];
  if (datasets.every(({ parts }) => parts.length === 1)) {
    return [{ heading: "Datasets", items: resourceItems(datasets) }];
  }
  return [...Map.groupBy(datasets, ({ parts }) => parts[0])]
    .sort(([a], [b]) => collator.compare(a, b))
    .map(([heading, resources]) => ({ heading, items: resourceItems(resources) }));
};

const maxSuggestions = 200;

/** What the form for filtering shows; it works without scripts. */
export const filterForm = (filter: ResourceFilter, resources: readonly Resource[]) => ({
  words: filter.words.join(" "),
  kinds: filter.kinds,
  isFiltering: isFiltering(filter),
  suggestions: [...new Set(resources.flatMap(({ parts }) => parts))]
    .sort(collator.compare)
    .slice(0, maxSuggestions),
});
