import { dirname } from "node:path";
import { readIfThere, readOrCreate } from "../../shared/durable-file.ts";
import { makeFolder } from "../../shared/durable-folder.ts";
import { onDisk } from "../store-failure.ts";

/**
 * A text (mostly a secret) that is made at the first start and kept. Of several first starts on the same
 * folder at once, one makes it and the others get the same. Throws StoreDown.
 */
export const keptText = (path: string, make: () => string): Promise<string> =>
  onDisk(async () => {
    await makeFolder(dirname(path), true);
    return readOrCreate(path, make);
  });

/** Undefined: nothing was kept there yet. Throws StoreDown. */
export const readKeptText = (path: string): Promise<string | undefined> => onDisk(() => readIfThere(path));
