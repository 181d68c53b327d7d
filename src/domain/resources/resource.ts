import { BadRequest, NotFound } from "../failure.ts";
import type { GroupName } from "../groups/group.ts";

/** The files of a dataset that clients send and fetch. */
export const datasetTypes = ["main", "root-sequence", "tip-frequencies", "measurements"] as const;
export type DatasetType = (typeof datasetTypes)[number];

/** The pair of files that made up a dataset before Auspice 2; read through Charon, removed by DELETE. */
export const legacyTypes = ["meta", "tree"] as const;
export type LegacyType = (typeof legacyTypes)[number];

/** All files of a dataset, the main one first. */
export const datasetFiles = [...datasetTypes, ...legacyTypes] as const;
export type DatasetFile = (typeof datasetFiles)[number];

/** The files of a dataset other than its main one. */
export const sidecars = datasetFiles.filter((file) => file !== "main");

/** Endings that make a stored name a sidecar (storage.md section 4); the server neither reads nor writes `seq` files. */
export const sidecarNames = [...sidecars, "seq"] as const;

/** A dataset or a narrative of a group, named by the parts of its path, which are in Unicode's form NFC. */
export interface Resource {
  readonly kind: "dataset" | "narrative";
  readonly group: GroupName;
  readonly parts: readonly [string, ...string[]];
}

/** Why a name is parsed. A name that uploads no longer accept can still be read and deleted. */
export type ResourceAction = "read" | "upload" | "delete";

/** First parts that are no dataset's, since the server has other routes below them. */
const reserved = new Set(["settings", "narratives"]);

/** C0 and C1 control characters and DEL: no name has them, and NUL ends a file name. */
const controlCharacter = /\p{Cc}/u;

const checkPart = (part: string): void => {
  if (part === "") throw new BadRequest("A name in this address is empty: two slashes follow each other.");
  if (part === "." || part === "..") throw new BadRequest("An address may not hold the names . and ..");
  if (part.includes("_")) {
    throw new BadRequest(
      "Names of datasets and narratives cannot contain underscores; use slashes or hyphens.",
    );
  }
  if (controlCharacter.test(part)) throw new BadRequest("An address may not hold control characters.");
  if (!part.isWellFormed()) throw new BadRequest("An address has to be well-formed Unicode.");
};

/** Characters that Auspice replaces by a slash or drops from the page's address, which a reload then does not find. */
const lostInAddresses = /[\\#?%]/u;

/** Formats, zero widths, fillers, variation selectors: two names could look the same. */
const invisible = /[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Checks what applies to uploads only: names that exist may break these rules. */
const checkNewPart = (part: string): void => {
  const [lost] = lostInAddresses.exec(part) ?? [];
  if (lost !== undefined) {
    throw new BadRequest(
      `A name cannot hold ${lost}: Auspice does not keep it in a page's address, and finds nothing there after a reload.`,
    );
  }
  const [hidden] = invisible.exec(part) ?? [];
  if (hidden !== undefined) {
    const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw new BadRequest(`A name cannot hold invisible characters; this one holds U+${code}.`);
  }
  if (part !== part.trim()) {
    throw new BadRequest(
      "A name cannot begin or end with a blank, nor can a part of it between slashes: Auspice does not keep it in a page's address.",
    );
  }
};

/** NAME_MAX of file systems, which also limits stores that keep their objects on one. */
const maxFileNameBytes = 255;
const longestSuffix = Math.max(...sidecarNames.map((name) => `_${name}.json`.length));

/** UTF-8 has one byte for ASCII, up to three for each other code unit of UTF-16, and four for a pair of them. */
const utf8Length = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
};

const checkLength = (parts: readonly string[], action: ResourceAction): void => {
  const maxBytes = maxFileNameBytes - longestSuffix;
  if (utf8Length(parts.join("_")) <= maxBytes) return;
  // Nothing of such a name can have been stored.
  if (action === "read") throw new NotFound("There is no dataset and no narrative of so long a name.");
  throw new BadRequest(`A name can have ${maxBytes} bytes at most, slashes included; this one is longer.`);
};

/** A path without slashes around it. The look-behind keeps long runs of slashes from costing their square. */
export const withoutOuterSlashes = (path: string): string => path.replace(/^\/+|(?<!\/)\/+$/g, "");

/** What is left of a path before a tangle tree's second dataset and before a version. */
const firstDataset = (path: string): { path: string; isTangle: boolean; version: string } => {
  const colon = path.indexOf(":");
  const first = colon < 0 ? path : path.slice(0, colon);
  const at = first.indexOf("@");
  return {
    path: at < 0 ? first : first.slice(0, at),
    isTangle: colon >= 0,
    version: at < 0 ? "" : first.slice(at + 1),
  };
};

/**
 * Names the resource at a decoded path below a group (http-api.md section 3).
 * To change something is stricter than to read: a tangle tree's path names two datasets. To upload is the strictest,
 * since a name that ends like a sidecar would overwrite that sidecar, and Auspice cannot keep all names.
 * @throws BadRequest; NotFound for a name that nothing can have
 */
export const parseResource = (
  kind: Resource["kind"],
  group: GroupName,
  decodedPath: string,
  action: ResourceAction,
): Resource => {
  const { path, isTangle, version } = firstDataset(decodedPath);
  if (version !== "")
    throw new BadRequest("Datasets and narratives of groups have no versions: leave out the @ part.");
  if (isTangle && action !== "read")
    throw new BadRequest("This address names two datasets; name one of them.");
  const [first, ...others] = withoutOuterSlashes(path).normalize("NFC").split("/");
  if (first === undefined || first === "") throw new BadRequest(`This address does not name a ${kind}.`);
  const parts: [string, ...string[]] = [first, ...others];
  for (const part of parts) checkPart(part);
  if (action === "upload") for (const part of parts) checkNewPart(part);
  checkLength(parts, action);
  if (kind === "dataset") checkDatasetName(parts, action);
  else if (action === "upload" && isOverviewName(parts)) {
    throw new BadRequest(
      "A narrative cannot be called group-overview: that is the file of the group's overview, which its owners change in the group's settings.",
    );
  }
  return { kind, group, parts };
};

/** The one name below `narratives` that Nextstrain's own clients take for the group's overview; it is never listed. */
export const isOverviewName = (parts: readonly string[]): boolean =>
  parts.length === 1 && parts[0] === "group-overview";

const checkDatasetName = (parts: readonly [string, ...string[]], action: ResourceAction): void => {
  if (reserved.has(parts[0].toLowerCase())) {
    throw new BadRequest(`A dataset's name cannot begin with "${parts[0]}".`);
  }
  const last = parts.at(-1);
  const collides = sidecarNames.some((name) => name === last);
  if (collides && (action === "upload" || parts.length > 1)) {
    throw new BadRequest(`A dataset's name cannot end in "${last}": that is the name of a sidecar file.`);
  }
};

/** The path of a resource's page and of its representations, not percent-encoded. */
export const resourcePath = (resource: Resource): string =>
  `groups/${resource.group}/${pathInGroup(resource)}`;

/** The address of a resource below its group's. */
export const pathInGroup = ({ kind, parts }: Resource): string =>
  `${kind === "narrative" ? "narratives/" : ""}${parts.join("/")}`;
