import { readFileSync } from "node:fs";
import type { Run } from "./command.ts";

const manifest = new URL("../../../package.json", import.meta.url);

/** Prints the version that package.json names, for scripts and for reports of defects. */
export const printVersion: Run = async (_, { print }) => {
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  print(`${version}\n`);
};
