import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { hasCode } from "./disk-fault.ts";
import { syncFolder } from "./durable-folder.ts";

/** The prefix of temporary files' names. A process that was killed may leave some. */
export const temporaryPrefix = ".new-";

/** Reads a text file. Undefined: it does not exist. */
export const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
};

/** Creates and syncs a file, which survives a power failure once its folder is synced (fsync(2)). Throws EEXIST. */
export const writeNewFile = async (path: string, text: string, mode = 0o600): Promise<void> => {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Writes a temporary file, which `publish` gives its final name, so that no reader sees an incomplete file. */
const writeAtomically = async (
  path: string,
  text: string,
  publish: (temporary: string) => Promise<void>,
): Promise<void> => {
  const folder = dirname(path);
  const temporary = join(folder, temporaryPrefix + randomBytes(12).toString("hex"));
  try {
    await writeNewFile(temporary, text);
    await publish(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
};

/** Creates or replaces a file atomically and durably. */
export const replaceFile = (path: string, text: string): Promise<void> =>
  writeAtomically(path, text, (temporary) => rename(temporary, path));

/** Creates a file atomically and durably. False: it exists already, and is left unchanged. */
export const createFile = async (path: string, text: string): Promise<boolean> => {
  let isCreated = true;
  await writeAtomically(path, text, async (temporary) => {
    try {
      // Unlike rename(2), link(2) fails when the name exists.
      await link(temporary, path);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
      isCreated = false;
    }
  });
  return isCreated;
};

/** Parses the JSON of a file that this program wrote. Throws an Error that names the file when it has another shape. */
export const parseJson = <T>(path: string, text: string, schema: z.ZodType<T>): T => {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path} is damaged. Put back a copy of it, or remove it to have it made anew.`, {
      cause,
    });
  }
};

/** Reads a file, and creates it if it does not exist. Processes that do so at the same time all get the same text. */
export const readOrCreate = async (path: string, create: () => string | Promise<string>): Promise<string> => {
  const existing = await readIfPresent(path);
  if (existing !== undefined) return existing;
  const text = await create();
  return (await createFile(path, text)) ? text : await readFile(path, "utf8");
};
