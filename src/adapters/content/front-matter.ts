import type { Document } from "yaml";
import { isAlias, isCollection, isMap, isScalar, Lexer, LineCounter, parseDocument, visit } from "yaml";
import type { Json, JsonObject } from "../../domain/brand.ts";
import { BadContent } from "../../domain/failure.ts";
import type { FrontMatter } from "../../ports/driven/front-matter.ts";
import { countOf, sizeOf } from "./checker.ts";

/** Usual front matter has less than 2 kB. */
export const maxFrontMatterBytes = 32_000;

/**
 * Words and marks of YAML: a line such as "title: My title" has three, and a usual narrative less than a hundred.
 * Hostile ones cost 10 to 20 µs each, during which nobody else is served.
 */
const maxYamlTokens = 2000;
const maxDepth = 32;
const maxAliases = 100;

/** The tags of YAML 1.2's core schema (section 10.3.2); others make values that are no JSON. */
const coreTags = ["map", "seq", "str", "int", "float", "bool", "null"].map(
  (tag) => `tag:yaml.org,2002:${tag}`,
);

/** A closing line may have blanks behind its hyphens; Auspice does not take an opening one that has. */
const openingLine = /^\uFEFF?---\r?\n/;
const closingLine = /^---[ \t]*(\r?\n|$)/m;

export type Split =
  | { readonly outcome: "none" }
  | { readonly outcome: "unclosed" }
  | { readonly outcome: "found"; readonly source: string; readonly body: string };

/** Finds front matter at the very start of a text; a byte order mark does not count, since browsers drop it. */
export const splitFrontMatter = (text: string): Split => {
  const opening = openingLine.exec(text);
  if (!opening) return { outcome: "none" };
  const rest = text.slice(opening[0].length);
  const closing = closingLine.exec(rest);
  if (!closing) return { outcome: "unclosed" };
  const body = rest.slice(closing.index + closing[0].length);
  return { outcome: "found", source: rest.slice(0, closing.index), body };
};

const refuse = (why: string, cause?: unknown): never => {
  throw new BadContent(`The front matter cannot be used: ${why}`, cause === undefined ? {} : { cause });
};

/** Refuses what would cost much, or would not be JSON, before it is made into values. */
const checkNodes = (document: Document): void => {
  let aliases = 0;
  visit(document, {
    Node(_, node, path) {
      if (path.filter(isCollection).length > maxDepth)
        refuse(`it is nested more than ${maxDepth} levels deep.`);
      if (node.tag !== undefined && !coreTags.includes(node.tag))
        refuse("it has a tag (!) of an unknown kind.");
      if (isMap(node)) checkKeys(node.items.map((pair) => pair.key));
      if (!isAlias(node)) return;
      aliases += 1;
      if (aliases > maxAliases) refuse(`it has more than ${maxAliases} aliases (*).`);
      const target = node.resolve(document);
      if (target === undefined) refuse(`the alias *${node.source} refers to nothing.`);
      if (path.some((ancestor) => ancestor === target)) refuse(`the alias *${node.source} refers to itself.`);
    },
  });
};

/** The library's own search for duplicates takes a second for 32 kB of short keys. */
const checkKeys = (keys: readonly unknown[]): void => {
  const seen = new Set<string>();
  for (const key of keys) {
    if (!isScalar(key)) refuse("a name in it is not plain text.");
    const name = String(isScalar(key) ? key.value : key);
    if (seen.has(name)) refuse(`"${name.slice(0, 80)}" is there twice.`);
    seen.add(name);
  }
};

/** What the lexer puts before each plain word of its own accord. */
const scalarMark = "\x1f";

const checkTokens = (source: string): void => {
  let tokens = 0;
  for (const token of new Lexer().lex(source)) {
    if (token.trim() === "" || token === scalarMark) continue;
    tokens += 1;
    if (tokens > maxYamlTokens)
      refuse(`it has more than ${countOf(maxYamlTokens)} words and marks. Make lists in it shorter.`);
  }
};

const parseYaml = (source: string): unknown => {
  checkTokens(source);
  const lines = new LineCounter();
  const document = parseDocument(source, {
    schema: "core",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines,
  });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    const line = lines.linePos(fault.pos[0]).line + 1;
    refuse(`line ${line} is not valid YAML (values with a colon or a # need quotation marks).`, fault);
  }
  checkNodes(document);
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return refuse("its aliases (*) make it too large.", error);
  }
};

const isDeeper = (value: Json | undefined, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

const parseJson = (source: string): unknown => {
  try {
    const value: Json = JSON.parse(source);
    if (isDeeper(value, maxDepth)) refuse(`it is nested more than ${maxDepth} levels deep.`);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse("it begins with { and is not valid JSON.", error);
  }
};

/** @throws BadContent when the source is neither YAML nor JSON, is no map, or is over a bound. */
export const parseAttributes = (source: string): JsonObject => {
  if (Buffer.byteLength(source) > maxFrontMatterBytes)
    refuse(`it has more than ${sizeOf(maxFrontMatterBytes)}.`);
  const value = source.startsWith("{") ? parseJson(source) : parseYaml(source);
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    return refuse('it has to be made of names and values, such as "title: My title".');
  }
  // Through text, so that nothing but JSON comes out: YAML knows infinite numbers.
  return JSON.parse(JSON.stringify(value)) as Record<string, Json>;
};

export const frontMatter = (): FrontMatter => ({
  parse(text) {
    const split = splitFrontMatter(text);
    if (split.outcome === "found") return { attributes: parseAttributes(split.source), body: split.body };
    return { attributes: {}, body: text.replace(/^\uFEFF/, "") };
  },
});
