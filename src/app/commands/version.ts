import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseObject } from "../../domain/json-object.ts";
import type { Run } from "./command.ts";

const manifest = new URL("../../../package.json", import.meta.url);

const packageSchema = z.object({ version: z.string() });

/** The version that a package.json names. Throws an error for a text that names none. */
export const versionIn = (text: string): string => {
  const read = packageSchema.safeParse(parseObject(text));
  if (!read.success) throw new Error("package.json names no version.", { cause: read.error });
  return read.data.version;
};

/** Prints this server's version, for scripts and for reports of defects. */
export const printVersion: Run = async (_, { print }) =>
  print(`${versionIn(readFileSync(manifest, "utf8"))}\n`);
