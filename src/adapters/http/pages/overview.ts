import { marked } from "marked";
import sanitizeHtml from "sanitize-html";

/** The HTML of a group's overview. */
export const overviewHtml = (markdown: string): string =>
  sanitizeHtml(marked.parse(markdown, { async: false, gfm: true }), {});
