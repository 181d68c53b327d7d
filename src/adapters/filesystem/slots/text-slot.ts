import { readFile } from "node:fs/promises";
import type { Seconds } from "../../../domain/brand.ts";
import { mapDiskErrors, undefinedIfMissing } from "../store-failure.ts";
import { withDraft, writeAll } from "./draft.ts";
import { confirmAbsence } from "./store-root.ts";
import type { SlotRoot, SlotValue, Version } from "./versioned-slot.ts";
import { dataPath, openValue, retryOnSlotConflict } from "./versioned-slot.ts";

export interface TextValue extends SlotValue {
  readonly text: string;
}

/** The text in a slot below `root`. Undefined: there is none, or it has expired. Throws StoreDown. */
export const readText = (
  root: string,
  folder: string,
  isExpired: (expiresAt: Seconds) => boolean,
): Promise<TextValue | undefined> =>
  mapDiskErrors(async () => {
    const opened = await confirmAbsence(root, await openValue(folder, isExpired));
    if (opened === undefined) return undefined;
    try {
      return { ...opened.value, text: await opened.file.readFile("utf8") };
    } finally {
      await opened.file.close();
    }
  });

/** The text of one version. Undefined: it is no longer the slot's value. */
export const readVersion = (folder: string, version: Version): Promise<string | undefined> =>
  undefinedIfMissing(readFile(dataPath(folder, version), "utf8"));

/** Writes the text to a draft, and repeats an attempt with it until it does not answer "conflict". Throws StoreDown. */
export const withTextDraft = <T>(
  slots: SlotRoot,
  folder: string,
  text: string,
  attempt: (draft: string) => Promise<T | "conflict">,
): Promise<T> =>
  withDraft(
    slots.root,
    slots.durable,
    (file) => mapDiskErrors(() => writeAll(file, Buffer.from(text))),
    (draft) => mapDiskErrors(() => retryOnSlotConflict(folder, () => attempt(draft))),
  );
