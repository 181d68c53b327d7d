import type { Resource } from "./resource.ts";

/**
 * The datasets that Auspice offers as a second tree beside the one at this path of their group, by the rule of Auspice's
 * own server. Their names have the same number of parts and the same first part, by convention the pathogen, and differ
 * in exactly one other part, such as the segment or the period.
 */
export const secondTreesOf = (path: string, datasets: readonly Resource[]): Resource[] => {
  const shown = datasets.find(({ parts }) => parts.join("/") === path);
  if (!shown) return [];
  return datasets.filter(({ parts }) => {
    if (parts.length !== shown.parts.length || parts[0] !== shown.parts[0]) return false;
    return parts.filter((part, index) => part !== shown.parts[index]).length === 1;
  });
};
