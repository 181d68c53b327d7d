import { link, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "../../shared/disk-fault.ts";
import { makeFolder, syncFolder } from "../durable-folder.ts";
import { withDraft, writeFully } from "../resources/draft.ts";
import { isMissing, onDisk } from "../store-failure.ts";

/**
 * A text (mostly a secret) that is made at the first start and kept. Of several first starts on the same
 * folder at once, one makes it and the others get the same. Throws StoreDown.
 */
export const keptText = async (path: string, make: () => string): Promise<string> => {
  const kept = await readKeptText(path);
  if (kept !== undefined) return kept;
  const folder = dirname(path);
  await onDisk(() => makeFolder(folder, true));
  const fill = (file: Parameters<typeof writeFully>[0]) =>
    onDisk(() => writeFully(file, new TextEncoder().encode(make())));
  await withDraft(folder, true, fill, (draft) =>
    onDisk(async () => {
      try {
        // link(2) refuses a name that is taken, so that the first one stays.
        await link(draft, path);
        await syncFolder(folder);
      } catch (error) {
        if (!hasCode(error, "EEXIST")) throw error;
      }
    }),
  );
  return onDisk(() => readFile(path, "utf8"));
};

/** Undefined: nothing was kept there yet. */
export const readKeptText = (path: string): Promise<string | undefined> =>
  onDisk(async () => {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
