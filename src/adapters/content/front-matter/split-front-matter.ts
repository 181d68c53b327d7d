export type FrontMatterSplit =
  | { readonly outcome: "none" }
  | { readonly outcome: "unclosed" }
  /** The delimiters follow each other, which Auspice does not take for front matter. */
  | { readonly outcome: "empty" }
  | { readonly outcome: "found"; readonly source: string; readonly body: string };

/**
 * Splits text as yaml-front-matter 4 does, which Auspice uses: front matter is between a first line of three hyphens
 * and the next line that begins with three hyphens. A byte order mark is ignored, since browsers strip it.
 */
export const splitFrontMatter = (text: string): FrontMatterSplit => {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  if (!/^---[\n\r]/.test(text.slice(start, start + 4))) return { outcome: "none" };
  const sourceStart = start + 4;
  const closing = /[\n\r]---/g;
  // At least one character is between the delimiters.
  closing.lastIndex = sourceStart + 1;
  const sourceEnd = closing.exec(text)?.index;
  if (sourceEnd === undefined) return { outcome: text.startsWith("---", sourceStart) ? "empty" : "unclosed" };
  // The rest of the closing line is dropped if it is blank.
  const body = text.slice(sourceEnd + 4).replace(/^[ \t]*(\r\n?|\n|$)/, "");
  return { outcome: "found", source: text.slice(sourceStart, sourceEnd), body };
};
