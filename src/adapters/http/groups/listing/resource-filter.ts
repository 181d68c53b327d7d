import type { Resource } from "../../../../domain/resources/resource.ts";
import { slicesInTurns } from "../../pages/slices-in-turns.ts";

/** Which resources a visitor wants to see: those that hold all words and are of one of the kinds. */
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

/** Reads `filter=` and `type=`, both repeatable; what it does not know it leaves out. */
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

/** The query that {@link parseFilter} reads this filter from; empty without a filter. */
export const filterQuery = (filter: ResourceFilter): string => {
  const query = new URLSearchParams();
  for (const word of filter.words) query.append("filter", word);
  for (const kind of filter.kinds) query.append("type", kind);
  return query.size === 0 ? "" : `?${query}`;
};

export const isFiltering = (filter: ResourceFilter): boolean => filter.words.length + filter.kinds.length > 0;

/** A word is looked for anywhere in the group's name and the resource's path. */
export const matches = (filter: ResourceFilter, resource: Resource): boolean => {
  if (filter.kinds.length > 0 && !filter.kinds.includes(resource.kind)) return false;
  if (filter.words.length === 0) return true;
  const text = [resource.group, ...resource.parts].join("/").toLowerCase();
  return filter.words.every((word) => text.includes(word));
};

/** Resources that are looked at at a stretch. */
const sliceSize = 500;

export const matching = async (
  filter: ResourceFilter,
  resources: readonly Resource[],
): Promise<readonly Resource[]> => {
  if (!isFiltering(filter)) return resources;
  const found: Resource[] = [];
  for await (const slice of slicesInTurns(resources, sliceSize)) {
    found.push(...slice.filter((resource) => matches(filter, resource)));
  }
  return found;
};
