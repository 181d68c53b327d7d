import type { Resource } from "../../../../domain/resources/resource.ts";
import { slicesWithYields } from "../../pages/slices-with-yields.ts";

/** Selects the resources whose names contain all words, and whose kind is one of the kinds. */
export interface ResourceFilter {
  /** In lower case. */
  readonly words: readonly string[];
  /** Empty: all kinds. */
  readonly kinds: readonly Resource["kind"][];
}

export const noFilter: ResourceFilter = { words: [], kinds: [] };

const maxWords = 20;
const maxWordLength = 100;

const kinds = ["dataset", "narrative"] as const;

/** Parses the parameters `filter` and `type`, which may be repeated. Unknown types are ignored. */
export const parseFilter = (query: URLSearchParams): ResourceFilter => {
  const words = query
    .getAll("filter")
    .flatMap((text) => text.normalize("NFC").toLowerCase().split(/\s+/))
    .filter((word) => word !== "")
    .map((word) => word.slice(0, maxWordLength));
  return {
    words: [...new Set(words)].slice(0, maxWords),
    kinds: kinds.filter((kind) => query.getAll("type").includes(kind)),
  };
};

/** The inverse of {@link parseFilter}: a query string with its question mark, or an empty string without a filter. */
export const filterQuery = (filter: ResourceFilter): string => {
  const query = new URLSearchParams();
  for (const word of filter.words) query.append("filter", word);
  for (const kind of filter.kinds) query.append("type", kind);
  return query.size === 0 ? "" : `?${query}`;
};

export const isFiltering = (filter: ResourceFilter): boolean => filter.words.length + filter.kinds.length > 0;

/** Words may occur anywhere in the group's name and the resource's path. */
export const matches = (filter: ResourceFilter, resource: Resource): boolean => {
  if (filter.kinds.length > 0 && !filter.kinds.includes(resource.kind)) return false;
  if (filter.words.length === 0) return true;
  const text = [resource.group, ...resource.parts].join("/").toLowerCase();
  return filter.words.every((word) => text.includes(word));
};

/** Number of resources that are filtered before yielding to the event loop. */
const sliceSize = 500;

/** The resources that the filter selects, in their order. It yields to the event loop. */
export const filterResources = async (
  filter: ResourceFilter,
  resources: readonly Resource[],
): Promise<readonly Resource[]> => {
  if (!isFiltering(filter)) return resources;
  const selected: Resource[] = [];
  for await (const slice of slicesWithYields(resources, sliceSize)) {
    selected.push(...slice.filter((resource) => matches(filter, resource)));
  }
  return selected;
};
