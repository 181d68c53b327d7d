import { LRUCache } from "lru-cache";
import { marked } from "marked";
import type { IOptions, Tag } from "sanitize-html";
import sanitizeHtml from "sanitize-html";

/** A group's overview, ready for its page. */
export interface Overview {
  /** Sanitised. Absent for a text that is shown as it was written. */
  readonly html?: string;
  readonly text: string;
}

/** Longer texts stay plain: marked needs a second for 50 000 hostile characters, and four times that for twice as many. */
const maxMarkdownLength = 50_000;

/** By Markdown. A hostile text costs its second once, and not at every visit. */
const known = new LRUCache<string, Overview>({
  maxSize: 8_000_000,
  sizeCalculation: ({ html, text }) => text.length + (html?.length ?? 0) + 1,
});

/** Turns Markdown by people into harmless HTML: text, lists, tables, images, links. */
export const overviewOf = (markdown: string): Overview => {
  const cached = known.get(markdown);
  if (cached) return cached;
  const overview = markdown.length > maxMarkdownLength ? { text: markdown } : convert(markdown);
  known.set(markdown, overview);
  return overview;
};

const convert = (markdown: string): Overview => {
  let unsafe: string;
  try {
    unsafe = marked.parse(markdown, { async: false, gfm: true });
  } catch {
    // Thousands of nested quotes exhaust the stack; the group's page has to come all the same.
    return { text: markdown };
  }
  return { html: sanitizeHtml(unsafe, rules), text: markdown };
};

const headings = ["h1", "h2", "h3", "h4", "h5", "h6"] as const;

/** The page has its own h1, so headings move down by one. */
const lowerHeadings = Object.fromEntries(
  headings.map((name, i) => [name, (): Tag => ({ tagName: headings[i + 1] ?? "h6", attribs: {} })]),
);

const somewhere = "https://this-server.invalid";

/** As a browser reads it, for which `/\\host` names a host too. */
const leadsElsewhere = (href: string): boolean => URL.parse(href, somewhere)?.origin !== somewhere;

/** The referrer would tell other hosts the names of private groups. */
const link = (tagName: string, { href, title }: Tag["attribs"]): Tag => ({
  tagName,
  attribs: {
    ...(href === undefined ? {} : { href }),
    ...(title === undefined ? {} : { title }),
    ...(href !== undefined && leadsElsewhere(href)
      ? { target: "_blank", rel: "noopener noreferrer nofollow" }
      : {}),
  },
});

/** No path of this server: a picture must not be able to ask for `/logout`. */
const imageSource = /^\s*(https:\/\/|data:image\/(png|jpeg|gif|webp);base64,)/i;

const image = (tagName: string, { src, alt, title, width, height }: Tag["attribs"]): Tag =>
  src !== undefined && imageSource.test(src)
    ? {
        tagName,
        attribs: {
          src,
          alt: alt ?? "",
          ...(title === undefined ? {} : { title }),
          ...(width === undefined ? {} : { width }),
          ...(height === undefined ? {} : { height }),
          loading: "lazy",
          referrerpolicy: "no-referrer",
        },
      }
    : { tagName: "em", attribs: {}, text: alt ?? "" };

/** A list of tasks keeps its marks, without the form fields that GitHub's Markdown makes of them. */
const taskMark = (tagName: string, { type, checked }: Tag["attribs"]): Tag =>
  type === "checkbox"
    ? { tagName: "span", attribs: {}, text: checked === undefined ? "☐" : "☑" }
    : { tagName, attribs: {} };

const rules: IOptions = {
  // SVG is left out: it brings scripts, styles and foreign content with it, and images may be SVG files.
  allowedTags: [
    ...headings,
    ...["p", "br", "hr", "blockquote", "pre", "div", "span", "details", "summary", "figure", "figcaption"],
    ...["a", "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"],
    ...["small", "strong", "sub", "sup", "u", "var", "wbr"],
    ...["ul", "ol", "li", "dl", "dt", "dd"],
    ...["table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"],
    "img",
  ],
  allowedAttributes: {
    "*": ["lang", "dir"],
    a: ["href", "title", "target", "rel"],
    abbr: ["title"],
    img: ["src", "alt", "title", "width", "height", "loading", "referrerpolicy"],
    ol: ["start", "reversed"],
    td: ["align", "colspan", "rowspan"],
    th: ["align", "colspan", "rowspan", "scope"],
  },
  allowedSchemes: ["http", "https", "ftp", "mailto"],
  allowedSchemesByTag: { img: ["https", "data"] },
  allowProtocolRelative: false,
  nestingLimit: 50,
  transformTags: { ...lowerHeadings, a: link, img: image, input: taskMark },
};
