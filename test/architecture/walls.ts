import type { Import, Sources } from "./import-graph.ts";
import { importsOf, readsEnvironment } from "./import-graph.ts";

interface Layer {
  /** What its files' paths begin with. */
  readonly folder: RegExp;
  /** What may be imported from elsewhere in the source. */
  readonly mayUse: (path: string, own: string) => boolean;
  /** Whether packages and Node's modules may be used, and imports be computed. */
  readonly mayUsePackages: boolean;
  readonly typesOnly?: boolean;
}

const within =
  (...folders: string[]) =>
  (path: string, own: string): boolean =>
    [...folders, own].some((folder) => path.startsWith(folder));

/** From the inside out; a file belongs to the first that fits. */
const layers: readonly Layer[] = [
  { folder: /^src\/domain\//, mayUse: within(), mayUsePackages: false },
  { folder: /^src\/ports\//, mayUse: within("src/domain/"), mayUsePackages: false, typesOnly: true },
  { folder: /^src\/app\/usecases\//, mayUse: within("src/domain/", "src/ports/"), mayUsePackages: false },
  // What several adapters need, and no port: it knows nothing of this server.
  { folder: /^src\/adapters\/shared\//, mayUse: within(), mayUsePackages: true },
  {
    folder: /^src\/adapters\/[^/]+\//,
    mayUse: within("src/domain/", "src/ports/", "src/adapters/shared/"),
    mayUsePackages: true,
  },
  { folder: /^src\/app\//, mayUse: within("src/"), mayUsePackages: true },
];

/** What has one user, so that what it decides is decided in one place. */
const onlyUsers: Readonly<Record<string, string>> = {
  "src/domain/identity/policy.ts": "src/app/usecases/groups/access.ts",
};

/** Where the process's surroundings enter; npm runs the installation, which is no part of the server. */
const mayReadEnvironment = ["src/app/runtime/main.ts", "src/adapters/auspice/install.js"];

const faultOf = (
  layer: Layer,
  own: string,
  { from, to, isRelative, isTypeOnly }: Import,
): string | undefined => {
  if (to === undefined) return layer.mayUsePackages ? undefined : `${from} imports what it computes`;
  if (!isRelative) return layer.mayUsePackages ? undefined : `${from} imports the package ${to}`;
  if (!layer.mayUse(to, own)) return `${from} imports ${to}`;
  const onlyUser = onlyUsers[to];
  if (onlyUser !== undefined && from !== onlyUser) return `${from} imports ${to}, which is for ${onlyUser}`;
  return layer.typesOnly && !isTypeOnly ? `${from} imports more than types of ${to}` : undefined;
};

const fileFaults = (path: string, text: string, imports: readonly Import[]): string[] => {
  const layer = layers.find(({ folder }) => folder.test(path));
  const own = layer && path.match(layer.folder)?.[0];
  if (!layer || own === undefined) return [`${path} belongs to no layer`];
  const faults = imports.map((one) => faultOf(layer, own, one));
  if (!mayReadEnvironment.includes(path) && readsEnvironment(path, text))
    faults.push(`${path} reads the environment`);
  return faults.filter((fault) => fault !== undefined);
};

/** Files that import one another in a circle, types included, each circle once. */
const cycles = (graph: ReadonlyMap<string, readonly Import[]>): string[] => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push(`${[...trail.slice(at), path].join(" imports ")}: a circle`);
    if (at >= 0 || done.has(path)) return;
    for (const { to } of graph.get(path) ?? []) {
      if (to !== undefined) visit(to, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
};

/** Every broken wall, in a sentence. */
export const brokenWalls = (sources: Sources): readonly string[] => {
  const graph = new Map(Object.entries(sources).map(([path, text]) => [path, importsOf(path, text)]));
  const faults = [...graph].flatMap(([path, imports]) => fileFaults(path, sources[path] ?? "", imports));
  return [...faults, ...cycles(graph)];
};

/** So that whoever looks for a file reads a folder at a glance. */
const mostFilesInFolder = 14;

/** The folders that hold too many files beside each other, with their numbers. */
export const crowdedFolders = (paths: readonly string[]): readonly string[] =>
  Object.entries(Object.groupBy(paths, (path) => path.slice(0, path.lastIndexOf("/"))))
    .map(([folder, files = []]) => [folder, files.length] as const)
    .filter(([, count]) => count > mostFilesInFolder)
    .map(([folder, count]) => `${folder} holds ${count} files`);
