import type { Seconds } from "../../domain/brand.ts";
import type { CellRoot, CellValue } from "./cell.ts";
import { openValue, untilSettled } from "./cell.ts";
import { withDraft, writeFully } from "./draft.ts";
import { onDisk } from "./store-failure.ts";

export interface TextValue extends CellValue {
  readonly text: string;
}

/** The text in a cell; undefined: there is none, or it is over. */
export const readText = (
  folder: string,
  isOver: (ends: Seconds) => boolean,
): Promise<TextValue | undefined> =>
  onDisk(async () => {
    const opened = await openValue(folder, isOver);
    if (opened === undefined) return undefined;
    try {
      return { ...opened.value, text: await opened.file.readFile("utf8") };
    } finally {
      await opened.file.close();
    }
  });

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
