const sidecars = ["root-sequence", "tip-frequencies", "measurements"];

/** @type {(name: string, ending: RegExp) => string} */
const withoutEnding = (name, ending) => name.replace(ending, "");

/**
 * The kind of a file and the name it is for, from the file's own name: `a_b_tip-frequencies.json` belongs to `a/b`.
 * @param {string} fileName
 */
export const guessFile = (fileName) => {
  const isGzip = /\.gz$/i.test(fileName);
  const plain = withoutEnding(fileName, /\.gz$/i);
  if (/\.(md|markdown)$/i.test(plain)) {
    return { kind: "narrative", name: nameOf(withoutEnding(plain, /\.(md|markdown)$/i)), isGzip };
  }
  const stem = withoutEnding(plain, /\.json$/i);
  const sidecar = sidecars.find((kind) => stem.endsWith(`_${kind}`));
  if (sidecar === undefined) return { kind: "main", name: nameOf(stem), isGzip };
  return { kind: sidecar, name: nameOf(stem.slice(0, -sidecar.length - 1)), isGzip };
};

/**
 * Underscores in file names stand for the slashes of an address.
 * @param {string} stem
 */
const nameOf = (stem) => stem.split("_").filter(Boolean).join("/");

/**
 * The address of a name, below its group's. Files from a Mac have their names in another form of Unicode.
 * @param {string} group the group's own address
 * @param {string} kind
 * @param {string} name
 */
export const addressOf = (group, kind, name) => {
  const parts = name
    .normalize("NFC")
    .split("/")
    .map((part) => part.trim());
  const path = parts.filter(Boolean).map((part) => encodeURIComponent(part.toWellFormed()));
  return [group, ...(kind === "narrative" ? ["narratives"] : []), ...path].join("/");
};
