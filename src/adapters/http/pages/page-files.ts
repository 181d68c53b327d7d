import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const kinds = /\.(eta|css|js|svg)$/;

let texts: ReadonlyMap<string, string> | undefined;

/**
 * The templates, styles, scripts and pictures that pages are made of, by their names. They lie beside the feature
 * that they belong to, and are read at once, so that an upgrade may replace them under a running server.
 */
export const pageFiles = (): ReadonlyMap<string, string> => {
  texts ??= new Map(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => kinds.test(path))
      .map((path) => [basename(path), readFileSync(join(root, path), "utf8")]),
  );
  return texts;
};

/** Throws when there is none of this name. */
export const pageFile = (name: string): string => {
  const text = pageFiles().get(name);
  if (text === undefined) throw new Error(`There is no page file ${name}`);
  return text;
};
