import { readdir } from "node:fs/promises";

/** How many cells below a folder hold a value. */
export const cellsIn = async (folder: string): Promise<number> =>
  (await readdir(folder, { recursive: true })).filter((path) => /(^|\/)t\.[^/]*$/.test(path)).length;
