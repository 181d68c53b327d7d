import { dirname } from "node:path";
import { readIfPresent, readOrCreate } from "../shared/durable-file.ts";
import { makeFolder } from "../shared/durable-folder.ts";
import { mapDiskErrors } from "./store-failure.ts";

/**
 * Reads a text file, such as a generated secret, and creates it if there is none. When several processes start at once
 * on one folder, all get the same text. Throws StoreDown.
 */
export const readOrCreateTextFile = (path: string, create: () => string): Promise<string> =>
  mapDiskErrors(async () => {
    await makeFolder(dirname(path), true);
    return readOrCreate(path, create);
  });

/** Undefined: there is no such file. Throws StoreDown. */
export const readTextFile = (path: string): Promise<string | undefined> =>
  mapDiskErrors(() => readIfPresent(path));
