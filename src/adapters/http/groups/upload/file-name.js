const sidecars = ["root-sequence", "tip-frequencies", "measurements"];

/** @type {(name: string, ending: RegExp) => string} */
const removeSuffix = (name, suffix) => name.replace(suffix, "");

/**
 * Derives the kind and the resource's name from a file name: `a_b_tip-frequencies.json` is a sidecar of `a/b`.
 * @param {string} fileName
 */
export const parseFileName = (fileName) => {
  const isGzip = /\.gz$/i.test(fileName);
  const uncompressedName = removeSuffix(fileName, /\.gz$/i);
  if (/\.(md|markdown)$/i.test(uncompressedName)) {
    return {
      kind: "narrative",
      name: resourceName(removeSuffix(uncompressedName, /\.(md|markdown)$/i)),
      isGzip,
    };
  }
  const stem = removeSuffix(uncompressedName, /\.json$/i);
  const sidecar = sidecars.find((kind) => stem.endsWith(`_${kind}`));
  if (sidecar === undefined) return { kind: "main", name: resourceName(stem), isGzip };
  return { kind: sidecar, name: resourceName(stem.slice(0, -sidecar.length - 1)), isGzip };
};

/**
 * File names have underscores where resource names have slashes.
 * @param {string} stem
 */
const resourceName = (stem) => stem.split("_").filter(Boolean).join("/");

/**
 * The URL path of a resource. Names are normalised to NFC, since file names from macOS are NFD.
 * @param {string} group the group's own path
 * @param {string} kind
 * @param {string} name
 */
export const resourceUrl = (group, kind, name) => {
  const parts = name
    .normalize("NFC")
    .split("/")
    .map((part) => part.trim());
  const path = parts.filter(Boolean).map((part) => encodeURIComponent(part.toWellFormed()));
  return [group, ...(kind === "narrative" ? ["narratives"] : []), ...path].join("/");
};
