import { readdir } from "node:fs/promises";

/** The number of versioned slots below a folder that have a value, and so a pointer file. */
export const countSlots = async (folder: string): Promise<number> =>
  (await readdir(folder, { recursive: true })).filter((path) => /(^|\/)t\.[^/]*$/.test(path)).length;
