import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "./disk-fault.ts";
import { syncFolder } from "./durable-folder.ts";

/** How the names of unfinished files begin. */
export const temporaryPrefix = ".new-";

/** Undefined when there is no such file. */
export const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
};

/** Writes a file that must not be there yet; it outlasts a power cut as soon as its folder is synced (fsync(2)). */
export const writeNewFile = async (path: string, text: string, mode = 0o600): Promise<void> => {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Writes a file aside, and then gives it its name by `place`: it is there as a whole or not at all. */
const writeAside = async (
  path: string,
  text: string,
  place: (temporary: string) => Promise<void>,
): Promise<void> => {
  const folder = dirname(path);
  const temporary = join(folder, temporaryPrefix + randomBytes(12).toString("hex"));
  try {
    await writeNewFile(temporary, text);
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
};

export const replaceFile = (path: string, text: string): Promise<void> =>
  writeAside(path, text, (temporary) => rename(temporary, path));

/** False when the file is there already; it is left as it is. */
export const createFile = async (path: string, text: string): Promise<boolean> => {
  let created = true;
  await writeAside(path, text, async (temporary) => {
    try {
      // link(2) refuses a name that is taken, rename(2) does not.
      await link(temporary, path);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
      created = false;
    }
  });
  return created;
};

/** Reads the JSON of a file that this server has written, and that has to be of this shape. */
export const parseJson = <T>(path: string, text: string, hasShape: (value: unknown) => value is T): T => {
  try {
    const value: unknown = JSON.parse(text);
    if (!hasShape(value)) throw new Error("Its JSON has another shape.");
    return value;
  } catch (cause) {
    throw new Error(`${path} is damaged. Put back a copy of it, or remove it to have it made anew.`, {
      cause,
    });
  }
};

/** What the file holds. When there is none it is made, and of several that make it at once all get the same. */
export const readOrCreate = async (path: string, make: () => string | Promise<string>): Promise<string> => {
  const found = await readIfThere(path);
  if (found !== undefined) return found;
  const made = await make();
  return (await createFile(path, made)) ? made : await readFile(path, "utf8");
};
