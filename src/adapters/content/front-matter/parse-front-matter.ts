import yaml from "js-yaml";
import { explainYamlError } from "./yaml-error.ts";

/** In characters of JSON. A short source with nested aliases can expand to far more. */
const maxJsonLength = 2_000_000;

/** The attributes as JSON, or why they are invalid, in words for their author. */
export type ParsedFrontMatter =
  | { readonly kind: "json"; readonly json: string }
  | { readonly kind: "invalid"; readonly reason: string };

/** Number of members and elements. Real front matter has some dozens, and its users process it synchronously. */
const maxCount = 10_000;

class TooLarge extends Error {}

/** Serialises to JSON: dates become strings, NaN and infinities null. Throws TooLarge. */
export const serialise = (value: unknown): string => {
  let size = 0;
  let count = 0;
  return JSON.stringify(value, (key, nested) => {
    size += key.length + (typeof nested === "string" ? nested.length : 4);
    count += 1;
    if (size > maxJsonLength || count > maxCount) throw new TooLarge();
    return nested;
  });
};

/**
 * Line number in the whole text, which begins with an opening delimiter and one line terminator before the source.
 */
const lineNumber = (source: string, position: number): number => {
  const opening = source.startsWith("\n") && source.includes("\r") ? "---\r" : "---\n";
  return (opening + source.slice(0, position)).split(/\r\n|\r|\n/).length;
};

const explain = (source: string, error: unknown): string => {
  if (error instanceof TooLarge)
    return "it holds more than 10,000 values, or its aliases (*) make it too large.";
  if (error instanceof RangeError) return "it is nested too deeply.";
  if (error instanceof yaml.YAMLException) {
    const { explanation, position } = explainYamlError(source, error);
    const place = position === undefined ? "it" : `line ${lineNumber(source, position)}`;
    return `${place} is not valid YAML: ${explanation}.`;
  }
  if (error instanceof SyntaxError) {
    const [, position] = /at position (\d+)/.exec(error.message) ?? [];
    const line = lineNumber(source, position === undefined ? source.length : Number(position));
    return `line ${line}: it begins with { and is not valid JSON.`;
  }
  if (error instanceof TypeError && /circular/.test(error.message))
    return "an alias (*) in it refers to itself.";
  throw error;
};

/** Excludes arrays, dates and binary data, which js-yaml returns as objects of other classes. */
export const isPlainObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Loads front matter as Auspice 3.0.0 does: as JSON if it begins with a brace, otherwise with js-yaml 3. */
export const load = (source: string): unknown =>
  source.startsWith("{") ? JSON.parse(source) : yaml.safeLoad(source);

/** Parses front matter. Its time and memory are not bounded, so it has to run in a worker thread. */
export const parseFrontMatter = (source: string): ParsedFrontMatter => {
  try {
    const value = load(source);
    if (value === null || value === undefined) return { kind: "json", json: "{}" };
    if (!isPlainObject(value)) {
      const reason =
        'it has to be made of names and values, such as "title: My title", with a blank after the colon.';
      return { kind: "invalid", reason };
    }
    return { kind: "json", json: serialise(value) };
  } catch (error) {
    return { kind: "invalid", reason: explain(source, error) };
  }
};
