import { readFile } from "node:fs/promises";
import type { Seconds } from "../../../domain/brand.ts";
import { withDraft, writeFully } from "../resources/draft.ts";
import { confirmed } from "../resources/store-root.ts";
import { isMissing, onDisk } from "../store-failure.ts";
import type { CellRoot, CellValue, Version } from "./cell.ts";
import { dataPath, openValue, untilSettled } from "./cell.ts";

export interface TextValue extends CellValue {
  readonly text: string;
}

/** The text in a cell below `root`; undefined: there is none, or it is over. */
export const readText = (
  root: string,
  folder: string,
  isOver: (ends: Seconds) => boolean,
): Promise<TextValue | undefined> =>
  onDisk(async () => {
    const opened = await confirmed(root, await openValue(folder, isOver));
    if (opened === undefined) return undefined;
    try {
      return { ...opened.value, text: await opened.file.readFile("utf8") };
    } finally {
      await opened.file.close();
    }
  });

/** The text of one version; undefined: it is the cell's value no more. */
export const readData = async (folder: string, version: Version): Promise<string | undefined> => {
  try {
    return await readFile(dataPath(folder, version), "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Makes a draft of the text and repeats a step with it until the step comes to a result. */
export const withText = <T>(
  cells: CellRoot,
  folder: string,
  text: string,
  step: (draft: string) => Promise<T | "again">,
): Promise<T> =>
  withDraft(
    cells.root,
    cells.durable,
    (file) => onDisk(() => writeFully(file, Buffer.from(text))),
    (draft) => onDisk(() => untilSettled(folder, () => step(draft))),
  );
