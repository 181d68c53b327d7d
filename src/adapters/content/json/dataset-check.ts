import { BadContent } from "../../../domain/failure.ts";
import type { DatasetFile } from "../../../domain/resources/resource.ts";
import type { Checker } from "../checker.ts";
import type { JsonCheckOptions, JsonKind, JsonOutline } from "./json-check.ts";
import { jsonCheck } from "./json-check.ts";

/** What is known of a member of the outermost object. `elements` and `otherElements` are of meaning for arrays. */
interface Member {
  kind: JsonKind;
  elements: number;
  otherElements: number;
  /** How many objects, the member itself or its elements, have a text as their "name". */
  named: number;
  isNamed: boolean;
  /** What kinds some members of it have, when it is an object itself. */
  readonly inner: Map<string, JsonKind>;
}

/** Members of "meta" and of a tree's first node, without which Auspice shows less than its people expect. */
const noted = new Set([
  "panels",
  "colorings",
  "filters",
  "geo_resolutions",
  "genome_annotations",
  "updated",
  "node_attrs",
]);

/** Notes the members of these names; of several members of one name the last counts, as in `JSON.parse`. */
const memberOutline = (what: string, names: readonly string[], members: Map<string, Member>): JsonOutline => {
  let current: string | undefined;
  let inner: string | undefined;
  /** Of the member itself if it is an object, or of its elements. */
  const noteInner = (member: Member, depth: number, kind: JsonKind): void => {
    if (depth === 2 && inner !== undefined && noted.has(inner)) member.inner.set(inner, kind);
    if (depth !== (member.kind === "array" ? 3 : 2) || inner !== "name") return;
    const isText = kind === "string";
    // Of several names the last counts.
    member.named += Number(isText) - Number(member.isNamed);
    member.isNamed = isText;
  };
  return {
    name(name, depth) {
      if (depth > 1) inner = name;
      else current = name !== undefined && names.includes(name) ? name : undefined;
    },
    value(depth, kind) {
      if (depth === 0 && kind !== "object") {
        throw new BadContent(`${what} has to be a JSON object: it begins with { and not otherwise.`);
      }
      if (current === undefined) return;
      const member = members.get(current);
      if (depth === 1) {
        members.set(current, {
          kind,
          elements: 0,
          otherElements: 0,
          named: 0,
          isNamed: false,
          inner: new Map(),
        });
      } else if (depth === 2 && member?.kind === "array") {
        member.elements += 1;
        member.isNamed = false;
        if (kind !== "object") member.otherElements += 1;
      } else if (member) noteInner(member, depth, kind);
    },
  };
};

/**
 * Auspice takes one tree, or an array of at least one (augur's schema of exported datasets, version 2), whose first
 * node has a name.
 */
const isTree = (member: Member): boolean =>
  member.kind === "object" || (member.kind === "array" && member.elements > 0 && member.otherElements === 0);

const hasNames = (tree: Member): boolean => tree.named === (tree.kind === "array" ? tree.elements : 1);

const checkMain = (members: ReadonlyMap<string, Member>): void => {
  const meta = members.get("meta");
  const tree = members.get("tree");
  const missing = [...(meta ? [] : ['"meta"']), ...(tree ? [] : ['"tree"'])];
  if (missing.length > 0) {
    throw new BadContent(
      `This JSON is no dataset: it has no ${missing.join(" and no ")}. Was it made by "augur export v2"?`,
    );
  }
  if (meta?.kind !== "object") throw new BadContent('The "meta" of a dataset has to be an object.');
  if (tree && !isTree(tree)) {
    throw new BadContent('The "tree" of a dataset has to be an object, or a list of at least one object.');
  }
  if (tree && !hasNames(tree)) {
    throw new BadContent('The first node of each "tree" of a dataset has to have a "name", which is a text.');
  }
};

const lists = ["colorings", "filters", "geo_resolutions"];

/** What Auspice 3 makes less of than was meant, without failing. */
const warnOfMain = (members: ReadonlyMap<string, Member>, warn: (warning: string) => void): void => {
  const meta = members.get("meta")?.inner ?? new Map<string, JsonKind>();
  const tree = members.get("tree");
  if (meta.get("panels") !== "array") {
    warn('"meta" has no list of "panels": Auspice shows the tree and the entropy panel only.');
  }
  for (const name of lists) {
    const kind = meta.get(name);
    if (kind !== undefined && kind !== "array") warn(`"${name}" in "meta" is no list: Auspice ignores it.`);
  }
  const annotations = meta.get("genome_annotations");
  if (annotations !== undefined && annotations !== "object") {
    warn('"genome_annotations" in "meta" is no object: Auspice shows no entropy panel.');
  }
  if (meta.get("updated") !== "string") {
    warn('"meta" does not say when the data were "updated", as a text: Auspice shows no date.');
  }
  if (tree?.kind === "object" && tree.inner.get("node_attrs") !== "object") {
    warn('The first node of the tree has no "node_attrs": Auspice may have nothing to draw the tree by.');
  }
};

const checkSidecar: Partial<Record<DatasetFile, (members: ReadonlyMap<string, Member>) => void>> = {
  measurements(members) {
    if (members.get("collections")?.kind === "array") return;
    throw new BadContent('A measurements file has to have a list of "collections".');
  },
  "tip-frequencies"(members) {
    if (members.get("pivots")?.kind === "array") return;
    throw new BadContent('A tip frequencies file has to have a list of "pivots".');
  },
};

/** A file of a dataset: a JSON object, with the members without which Auspice can do nothing with it. */
export const datasetCheck = (
  file: DatasetFile,
  options: JsonCheckOptions = {},
  warn: (warning: string) => void = () => undefined,
): Checker => {
  const members = new Map<string, Member>();
  const what = file === "main" ? "A dataset" : `A ${file} file`;
  const json = jsonCheck(memberOutline(what, ["meta", "tree", "collections", "pivots"], members), options);
  return {
    push: json.push,
    end() {
      json.end();
      if (file !== "main") return checkSidecar[file]?.(members);
      checkMain(members);
      warnOfMain(members, warn);
    },
  };
};
