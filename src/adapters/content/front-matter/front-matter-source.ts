import yaml from "js-yaml";
import { explainYaml } from "./yaml-fault.ts";

/** In characters, as JSON; aliases can make much of little. */
const maxValues = 2_000_000;

/** The values as JSON, or why there are none, in words for whoever wrote them. */
export type Values =
  | { readonly kind: "json"; readonly json: string }
  | { readonly kind: "refused"; readonly why: string };

/** Names, values and elements: who uses them takes them in at one go, and a real one has some dozens. */
const maxCount = 10_000;

class TooLarge extends Error {}

/** Only JSON comes out: dates become text, and numbers that are none null. */
const serialise = (value: unknown): string => {
  let size = 0;
  let count = 0;
  return JSON.stringify(value, (name, inner) => {
    size += name.length + (typeof inner === "string" ? inner.length : 4);
    count += 1;
    if (size > maxValues || count > maxCount) throw new TooLarge();
    return inner;
  });
};

/** The line of the whole text: the source begins after the opening hyphens and one character more. */
const lineOf = (source: string, position: number): number => {
  const opening = source.startsWith("\n") && source.includes("\r") ? "---\r" : "---\n";
  return (opening + source.slice(0, position)).split(/\r\n|\r|\n/).length;
};

const explain = (source: string, error: unknown): string => {
  if (error instanceof TooLarge)
    return "it holds more than 10,000 values, or its aliases (*) make it too large.";
  if (error instanceof RangeError) return "it is nested too deeply.";
  if (error instanceof yaml.YAMLException) {
    const { why, position } = explainYaml(source, error);
    const place = position === undefined ? "it" : `line ${lineOf(source, position)}`;
    return `${place} is not valid YAML: ${why}.`;
  }
  if (error instanceof SyntaxError) {
    const [, position] = /at position (\d+)/.exec(error.message) ?? [];
    const line = lineOf(source, position === undefined ? source.length : Number(position));
    return `line ${line}: it begins with { and is not valid JSON.`;
  }
  if (error instanceof TypeError && /circular/.test(error.message))
    return "an alias (*) in it refers to itself.";
  throw error;
};

/** YAML has lists, dates and bytes too, which are objects of other kinds. */
const isMap = (value: unknown): boolean =>
  typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Reads front matter as Auspice 3.0.0 does: JSON if it begins with a brace, else YAML by js-yaml 3. May take any time
 * and memory.
 */
export const readValues = (source: string): Values => {
  try {
    const value: unknown = source.startsWith("{") ? JSON.parse(source) : yaml.safeLoad(source);
    if (value === null || value === undefined) return { kind: "json", json: "{}" };
    if (!isMap(value)) {
      const why =
        'it has to be made of names and values, such as "title: My title", with a blank after the colon.';
      return { kind: "refused", why };
    }
    return { kind: "json", json: serialise(value) };
  } catch (error) {
    return { kind: "refused", why: explain(source, error) };
  }
};
