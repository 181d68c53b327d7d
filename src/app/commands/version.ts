import { readFileSync } from "node:fs";
import { parseObject } from "../../domain/json-object.ts";
import type { Run } from "./command.ts";

const manifest = new URL("../../../package.json", import.meta.url);

/** The version that a package.json names. Throws an error for a text that names none. */
export const versionIn = (text: string): string => {
  const version = parseObject(text)?.["version"];
  if (typeof version !== "string") throw new Error("package.json names no version.");
  return version;
};

/** Prints this server's version, for scripts and for reports of defects. */
export const printVersion: Run = async (_, { print }) =>
  print(`${versionIn(readFileSync(manifest, "utf8"))}\n`);
