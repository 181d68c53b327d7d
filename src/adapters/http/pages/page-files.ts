import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const extensions = /\.(eta|css|js|svg)$/;

let cache: ReadonlyMap<string, string> | undefined;

/**
 * The contents of all templates, style sheets, scripts and icons below this folder's parent, by file name. They are
 * read together at the first call, so that an upgrade can replace the files of a running server.
 */
export const pageFiles = (): ReadonlyMap<string, string> => {
  cache ??= new Map(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => extensions.test(path))
      .map((path) => [basename(path), readFileSync(join(root, path), "utf8")]),
  );
  return cache;
};

/** The content of one of these files. Throws when no file has this name. */
export const pageFile = (name: string): string => {
  const content = pageFiles().get(name);
  if (content === undefined) throw new Error(`There is no page file ${name}`);
  return content;
};
