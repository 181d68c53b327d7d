import { BadRequest, NotFound } from "../failure.ts";
import type { Resource } from "../resources/resource.ts";
import { isOverviewName, parseResource, sidecarNames } from "../resources/resource.ts";
import type { GroupName } from "./group.ts";

const isSidecar = (name: string) => sidecarNames.some((sidecar) => name.endsWith(`_${sidecar}`));

/** File names in NFC and each once, in the order of a listing that may have them in other forms. */
const inNfc = (fileNames: readonly string[]): readonly string[] => {
  const names = fileNames.map((name) => name.normalize("NFC"));
  if (names.every((name, index) => name === fileNames[index])) return fileNames;
  return [...new Set(names)].sort(byCodePoints);
};

/** UTF-8 sorts by code points, which UTF-16 does not. */
const byCodePoints = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && at < b.length && a.codePointAt(at) === b.codePointAt(at)) at += 1;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
};

const without = (names: readonly string[], ending: string) =>
  names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));

/** Parses a stored name; undefined for a name that has no address, which another program put there. */
const resourceOf = (kind: Resource["kind"], group: GroupName, name: string): Resource | undefined => {
  try {
    const resource = parseResource(kind, group, name.replaceAll("_", "/"), "read");
    return resource.parts.join("_") === name ? resource : undefined;
  } catch (error) {
    if (error instanceof BadRequest || error instanceof NotFound) return undefined;
    throw error;
  }
};

const resourcesOf = function* (
  kind: Resource["kind"],
  group: GroupName,
  names: readonly string[],
): Generator<Resource> {
  for (const name of names) {
    const resource = resourceOf(kind, group, name);
    if (resource !== undefined) yield resource;
  }
};

/** The datasets among the file names of a group's `datasets/` folder: first v2, then v1 (storage.md section 4). */
export const datasetsIn = (group: GroupName, fileNames: readonly string[]): Iterable<Resource> => {
  const names = without(inNfc(fileNames), ".json");
  const v2 = names.filter((name) => !isSidecar(name));
  const known = new Set(v2);
  const trees = new Set(without(names, "_tree"));
  const v1 = without(names, "_meta").filter((name) => trees.has(name) && !known.has(name));
  return resourcesOf("dataset", group, [...v2, ...v1]);
};

/** The narratives among the file names of a group's `narratives/` folder. */
export const narrativesIn = function* (group: GroupName, fileNames: readonly string[]): Generator<Resource> {
  for (const resource of resourcesOf("narrative", group, without(inNfc(fileNames), ".md"))) {
    if (!isOverviewName(resource.parts)) yield resource;
  }
};
