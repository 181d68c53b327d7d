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

/** UTF-8 sorts by code points, which UTF-16 does not: there, surrogates come before U+E000 to U+FFFF. */
const byCodePoints = (a: string, b: string): number => {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at === end ? a.length - b.length : utf8Rank(a.charCodeAt(at)) - utf8Rank(b.charCodeAt(at));
};

/** Puts surrogates behind all other code units. */
const utf8Rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit);

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
): Generator<Resource | undefined> {
  for (const name of names) yield resourceOf(kind, group, name);
};

/**
 * The datasets among the file names of a group's `datasets/` folder: first v2, then v1 (storage.md section 4). Undefined
 * stands for a name that has no address, so that who parses many thousand names can yield to the event loop in between.
 */
export const datasetsIn = (
  group: GroupName,
  fileNames: readonly string[],
): Iterable<Resource | undefined> => {
  const names = without(inNfc(fileNames), ".json");
  const v2 = names.filter((name) => !isSidecar(name));
  const known = new Set(v2);
  const trees = new Set(without(names, "_tree"));
  const v1 = without(names, "_meta").filter((name) => trees.has(name) && !known.has(name));
  return resourcesOf("dataset", group, [...v2, ...v1]);
};

/** The narratives among the file names of a group's `narratives/` folder; undefined as for {@link datasetsIn}. */
export const narrativesIn = function* (
  group: GroupName,
  fileNames: readonly string[],
): Generator<Resource | undefined> {
  for (const resource of resourcesOf("narrative", group, without(inNfc(fileNames), ".md"))) {
    yield resource && isOverviewName(resource.parts) ? undefined : resource;
  }
};
