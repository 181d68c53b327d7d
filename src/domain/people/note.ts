/** What somebody writes along with an invitation or a request; in characters (UTF-16 code units). */
export const maxNoteLength = 500;

/** The note as it is kept: with its line breaks, without control characters and those that change the direction of text. */
export const cleanNote = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{C}\n]+/gu, " ")
    .trim();
