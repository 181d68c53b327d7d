export type Split =
  | { readonly outcome: "none" }
  | { readonly outcome: "unclosed" }
  /** For a reader of values that is none. */
  | { readonly outcome: "empty" }
  | { readonly outcome: "found"; readonly source: string; readonly body: string };

/**
 * Finds front matter where yaml-front-matter 4 does, by which Auspice reads it: between three hyphens that begin the
 * text and a line of their own, and the next three that begin a line. A byte order mark does not count, since
 * browsers drop it.
 */
export const splitFrontMatter = (text: string): Split => {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  if (!/^---[\n\r]/.test(text.slice(start, start + 4))) return { outcome: "none" };
  const from = start + 4;
  const closing = /[\n\r]---/g;
  // There is at least one character between the two.
  closing.lastIndex = from + 1;
  const end = closing.exec(text)?.index;
  if (end === undefined) return { outcome: text.startsWith("---", from) ? "empty" : "unclosed" };
  // The rest of the closing line, if it is empty, belongs to neither part.
  const body = text.slice(end + 4).replace(/^[ \t]*(\r\n?|\n|$)/, "");
  return { outcome: "found", source: text.slice(from, end), body };
};
