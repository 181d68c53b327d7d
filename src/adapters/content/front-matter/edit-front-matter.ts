import { isDeepStrictEqual } from "node:util";
import yaml from "js-yaml";
import type { AttributeChanges } from "../../../domain/groups/overview-fields.ts";
import type { ParsedFrontMatter } from "./parse-front-matter.ts";
import { isPlainObject, load, parseFrontMatter, serialise } from "./parse-front-matter.ts";

/** The edited source, or why the present one cannot be read. */
export type EditedFrontMatter =
  | { readonly kind: "source"; readonly source: string }
  | Extract<ParsedFrontMatter, { kind: "invalid" }>;

/**
 * Sets and removes attributes of front matter, without its delimiters. Single lines are replaced, so that comments stay;
 * if the outcome does not say what it should, all is written anew. As parsing, it has to run in a worker thread.
 */
export const editFrontMatter = (source: string, changes: AttributeChanges): EditedFrontMatter => {
  const parsed = parseFrontMatter(source);
  if (parsed.kind === "invalid") return parsed;
  const loaded = load(source);
  const expected = changed(isPlainObject(loaded) ? loaded : {}, changes);
  if (source.startsWith("{")) return { kind: "source", source: JSON.stringify(expected, null, 2) };
  const edited = editLines(source, changes);
  return { kind: "source", source: says(edited, expected) ? edited : yaml.safeDump(expected, dumpOptions) };
};

const changed = (attributes: object, changes: AttributeChanges): object =>
  Object.fromEntries(
    Object.entries({ ...attributes, ...changes }).filter(([name]) => changes[name] !== null),
  );

const dumpOptions = { lineWidth: -1 };

/** Whether this source has exactly these attributes, and no line that would end it early. */
const says = (source: string, expected: object): boolean => {
  if (/^---/m.test(source)) return false;
  const parsed = parseFrontMatter(source);
  if (parsed.kind === "invalid") return false;
  return isDeepStrictEqual(JSON.parse(parsed.json), JSON.parse(serialise(expected)));
};

/** Replaces, removes or appends the line of each attribute, as far as attributes have a line each. */
const editLines = (source: string, changes: AttributeChanges): string => {
  const lines = source.trimEnd().split(/\r\n|\r|\n/);
  if (lines[0] === "") lines.shift();
  for (const [name, value] of Object.entries(changes)) {
    const found = lines.findIndex((line) => isLineOf(name, line));
    const start = found < 0 ? lines.length : found;
    const written = value === null ? [] : [writtenLine(name, value, lines[start] ?? "")];
    lines.splice(start, linesFrom(lines, start), ...written);
  }
  return lines.join("\n");
};

const isLineOf = (name: string, line: string): boolean =>
  [name, `"${name}"`, `'${name}'`].some(
    (key) => line.startsWith(key) && /^[ \t]*:(?:[ \t]|$)/.test(line.slice(key.length)),
  );

/** How many lines the attribute takes whose first line this is: those below belong to it that are indented. */
const linesFrom = (lines: readonly string[], start: number): number => {
  const next = lines.findIndex((line, index) => index > start && !/^[ \t]+\S/.test(line));
  return (next < 0 ? lines.length : next) - start;
};

const writtenLine = (name: string, value: string | boolean, former: string): string => {
  const [comment = ""] = /(?<![ \t])[ \t]+#[^"']*$/.exec(former) ?? [];
  return yaml.safeDump({ [name]: value }, dumpOptions).trimEnd() + comment;
};
