import { BadContent } from "../../../domain/failure.ts";
import type { DatasetFile } from "../../../domain/resources/resource.ts";
import type { Checker } from "../checker.ts";
import type { JsonCheckOptions, JsonHandler, JsonKind } from "./json-check.ts";
import { jsonCheck } from "./json-check.ts";

/** What has been seen of a member of the top-level object. `elements` and `nonObjectElements` are for arrays only. */
interface Member {
  kind: JsonKind;
  elements: number;
  nonObjectElements: number;
  /** How many objects (the member itself, or its elements) have a string as their "name". */
  namedObjects: number;
  /** Whether the object that is being read is among them. */
  isNamed: boolean;
  /** The kinds of its own members that warnings are about, when it is an object. */
  readonly nested: Map<string, JsonKind>;
}

/** Members of "meta" and of the tree's root node that Auspice needs for optional features. */
const inspectedMembers = new Set([
  "panels",
  "colorings",
  "filters",
  "geo_resolutions",
  "genome_annotations",
  "updated",
  "node_attrs",
]);

/** Records the top-level members with these names. The last one wins when a name is repeated, as in `JSON.parse`. */
const memberRecorder = (
  subject: string,
  names: readonly string[],
  members: Map<string, Member>,
): JsonHandler => {
  let memberName: string | undefined;
  let nestedName: string | undefined;
  /** Records a value in the member itself if that is an object, or in one of its elements. */
  const recordNested = (member: Member, depth: number, kind: JsonKind): void => {
    if (depth === 2 && nestedName !== undefined && inspectedMembers.has(nestedName))
      member.nested.set(nestedName, kind);
    if (depth !== (member.kind === "array" ? 3 : 2) || nestedName !== "name") return;
    const isString = kind === "string";
    // The last "name" wins.
    member.namedObjects += Number(isString) - Number(member.isNamed);
    member.isNamed = isString;
  };
  return {
    onName(name, depth) {
      if (depth > 1) nestedName = name;
      else memberName = name !== undefined && names.includes(name) ? name : undefined;
    },
    onValue(depth, kind) {
      if (depth === 0 && kind !== "object") {
        throw new BadContent(`${subject} has to be a JSON object: it begins with { and not otherwise.`);
      }
      if (memberName === undefined) return;
      const member = members.get(memberName);
      if (depth === 1) {
        members.set(memberName, {
          kind,
          elements: 0,
          nonObjectElements: 0,
          namedObjects: 0,
          isNamed: false,
          nested: new Map(),
        });
      } else if (depth === 2 && member?.kind === "array") {
        member.elements += 1;
        member.isNamed = false;
        if (kind !== "object") member.nonObjectElements += 1;
      } else if (member) recordNested(member, depth, kind);
    },
  };
};

/** Auspice accepts a tree, or a non-empty array of trees (augur's JSON schema of v2 datasets). */
const isTreeOrTrees = (member: Member): boolean =>
  member.kind === "object" ||
  (member.kind === "array" && member.elements > 0 && member.nonObjectElements === 0);

const hasNamedRoots = (tree: Member): boolean =>
  tree.namedObjects === (tree.kind === "array" ? tree.elements : 1);

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
  if (tree && !isTreeOrTrees(tree)) {
    throw new BadContent('The "tree" of a dataset has to be an object, or a list of at least one object.');
  }
  if (tree && !hasNamedRoots(tree)) {
    throw new BadContent('The first node of each "tree" of a dataset has to have a "name", which is a text.');
  }
};

const arrayMembers = ["colorings", "filters", "geo_resolutions"];

/** Warns of what Auspice 3 silently ignores or cannot show. */
const warnAboutMain = (members: ReadonlyMap<string, Member>, warn: (warning: string) => void): void => {
  const meta = members.get("meta")?.nested ?? new Map<string, JsonKind>();
  const tree = members.get("tree");
  if (meta.get("panels") !== "array") {
    warn('"meta" has no list of "panels": Auspice shows the tree and the entropy panel only.');
  }
  for (const name of arrayMembers) {
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
  if (tree?.kind === "object" && tree.nested.get("node_attrs") !== "object") {
    warn('The first node of the tree has no "node_attrs": Auspice may have nothing to draw the tree by.');
  }
};

const sidecarChecks: Partial<Record<DatasetFile, (members: ReadonlyMap<string, Member>) => void>> = {
  measurements(members) {
    if (members.get("collections")?.kind === "array") return;
    throw new BadContent('A measurements file has to have a list of "collections".');
  },
  "tip-frequencies"(members) {
    if (members.get("pivots")?.kind === "array") return;
    throw new BadContent('A tip frequencies file has to have a list of "pivots".');
  },
};

/**
 * Checks a file of a dataset: a JSON object with the members without which Auspice cannot open it.
 * @param warn Called with what Auspice will not show of a dataset that is valid.
 */
export const datasetCheck = (
  file: DatasetFile,
  options: JsonCheckOptions = {},
  warn: (warning: string) => void = () => undefined,
): Checker => {
  const members = new Map<string, Member>();
  const subject = file === "main" ? "A dataset" : `A ${file} file`;
  const json = jsonCheck(
    memberRecorder(subject, ["meta", "tree", "collections", "pivots"], members),
    options,
  );
  return {
    push: json.push,
    end() {
      json.end();
      if (file !== "main") return sidecarChecks[file]?.(members);
      checkMain(members);
      warnAboutMain(members, warn);
    },
  };
};
