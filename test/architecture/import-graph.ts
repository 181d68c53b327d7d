import { posix } from "node:path";
// The parser that Vitest itself brings along; TypeScript 7 has none that a program can call.
import { parseAst } from "rolldown/parseAst";

/** One file's text under its path from the codebase's root, for example `src/domain/groups/group.ts`. */
export type Sources = Readonly<Record<string, string>>;

export interface Import {
  readonly from: string;
  /** A path like those of the sources for a relative import; else as it is written; undefined: computed at run time. */
  readonly to: string | undefined;
  readonly isRelative: boolean;
  /** Whether nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Every node of a file with the one it is in, in no promised order. */
function* nodesOf(node: Node, parent?: Node): Generator<readonly [Node, Node | undefined]> {
  yield [node, parent];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) yield* nodesOf(child, node);
  }
}

const parse = (path: string, text: string): Node =>
  parseAst(text, { lang: path.endsWith(".ts") ? "ts" : "js" }) as unknown as Node;

const isOfTypes = (node: Node): boolean =>
  node.type === "TSImportType" || [node.importKind, node.exportKind].includes("type");

/** The node that says what is imported, for each form that TypeScript and JavaScript have. */
const sourceOf = (node: Node): unknown => {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return node.source ?? undefined;
    case "TSExternalModuleReference":
      return node.expression;
    case "CallExpression":
      return isNode(node.callee) && node.callee.name === "require" ? [node.arguments].flat()[0] : undefined;
    default:
      return undefined;
  }
};

const textOf = (source: unknown): string | undefined => {
  if (!isNode(source)) return undefined;
  if (source.type === "Literal" && typeof source.value === "string") return source.value;
  const quasis = source.type === "TemplateLiteral" && Array.isArray(source.quasis) ? source.quasis : [];
  return quasis.length === 1 ? quasis[0].value.cooked : undefined;
};

export const importsOf = (path: string, text: string): readonly Import[] =>
  [...nodesOf(parse(path, text))].flatMap(([node]) => {
    const source = sourceOf(node);
    if (source === undefined) return [];
    const specifier = textOf(source);
    const isRelative = specifier !== undefined && /^(\.|\/|file:)/.test(specifier);
    const to = isRelative ? posix.join(posix.dirname(path), specifier) : specifier;
    return [{ from: path, to, isRelative, isTypeOnly: isOfTypes(node) }];
  });

/** Whether a file can reach the environment: `process.env` in any spelling, or Node's module of it. */
export const readsEnvironment = (path: string, text: string): boolean =>
  text.includes("process") &&
  [...nodesOf(parse(path, text))].some(([node, parent]) => {
    if (["node:process", "process"].includes(textOf(sourceOf(node)) ?? "")) return true;
    if (node.type !== "Identifier" || node.name !== "process") return false;
    if (parent?.type !== "MemberExpression") return parent?.type !== "Property";
    if (parent.object !== node)
      return parent.computed !== true && isNode(parent.object) && parent.object.name === "globalThis";
    const property = parent.property as Node;
    return parent.computed === true || property.name === "env";
  });
