import { marked } from "marked";
import type { IOptions, Tag } from "sanitize-html";
import sanitizeHtml from "sanitize-html";
import type { ImagePolicy } from "./image-policy.ts";

/** In characters. Some kilobytes of Markdown can become a gigabyte of HTML, as a table with a thousand columns. */
const maxHtmlLength = 2_000_000;

/** Sanitised HTML, or why there is none. */
export type RenderedMarkdown =
  | { readonly kind: "html"; readonly html: string }
  | { readonly kind: "failed"; readonly reason: "size" | "depth" };

export interface MarkdownSource {
  readonly markdown: string;
  readonly images: ImagePolicy;
}

/**
 * Renders untrusted Markdown as sanitised HTML. Its time and memory are not bounded, so it has to run in a worker
 * thread.
 */
export const renderMarkdown = ({ markdown, images }: MarkdownSource): RenderedMarkdown => {
  try {
    const unsanitised = marked.parse(markdown, { async: false, gfm: true });
    if (unsanitised.length > maxHtmlLength) return { kind: "failed", reason: "size" };
    const html = sanitizeHtml(unsanitised, sanitizeOptions(images));
    return html.length > maxHtmlLength ? { kind: "failed", reason: "size" } : { kind: "html", html };
  } catch (error) {
    // Thousands of nested block quotes overflow the stack.
    if (error instanceof RangeError) return { kind: "failed", reason: "depth" };
    throw error;
  }
};

const headings = ["h1", "h2", "h3", "h4", "h5", "h6"] as const;

/** The page has an h1 of its own, so that all headings are demoted by one level. */
const demotedHeadings = Object.fromEntries(
  headings.map((name, i) => [name, (): Tag => ({ tagName: headings[i + 1] ?? "h6", attribs: {} })]),
);

const placeholderOrigin = "https://this-server.invalid";

/** Resolved as browsers do, which treat `/\\host` as another host. */
const isExternal = (href: string): boolean =>
  URL.parse(href, placeholderOrigin)?.origin !== placeholderOrigin;

/** External links send no Referer, which would disclose names of private groups. */
const transformLink = (tagName: string, { href, title }: Tag["attribs"]): Tag => ({
  tagName,
  attribs: {
    ...(href === undefined ? {} : { href }),
    ...(title === undefined ? {} : { title }),
    ...(href !== undefined && isExternal(href)
      ? { target: "_blank", rel: "noopener noreferrer nofollow" }
      : {}),
  },
});

/** Images embedded as `data:` URLs. Paths of this server are excluded, since an image could request `/logout`. */
const embeddedImage = /^\s*data:image\/(png|jpeg|gif|webp);base64,/i;

const transformImage =
  ({ pattern, blockedReason }: ImagePolicy) =>
  (tagName: string, { src = "", alt = "", title, width, height }: Tag["attribs"]): Tag => {
    const url = URL.parse(src);
    const isShown = embeddedImage.test(src) || (url !== null && new RegExp(pattern).test(url.href));
    if (isShown) {
      const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
      const attributes = { src, alt, ...(title === undefined ? {} : { title }), ...size };
      return { tagName, attribs: { ...attributes, loading: "lazy", referrerpolicy: "no-referrer" } };
    }
    const isOnOtherHost = url !== null && /^https?:$/.test(url.protocol);
    return {
      tagName: "em",
      attribs: {},
      text: isOnOtherHost ? blockedImageText(url.host, alt, blockedReason) : alt,
    };
  };

/** The same text as in `auspice-images.js`. */
const blockedImageText = (host: string, alt: string, reason: string): string =>
  `An image from ${host}${alt === "" ? "" : ` (${alt})`} is not shown: ${reason}`;

/** Task lists of GitHub Flavored Markdown show a character instead of a checkbox. */
const transformCheckbox = (tagName: string, { type, checked }: Tag["attribs"]): Tag =>
  type === "checkbox"
    ? { tagName: "span", attribs: {}, text: checked === undefined ? "☐" : "☑" }
    : { tagName, attribs: {} };

const sanitizeOptions = (images: ImagePolicy): IOptions => ({
  // SVG elements are excluded, since they may contain scripts, styles and foreign content.
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
  transformTags: {
    ...demotedHeadings,
    a: transformLink,
    img: transformImage(images),
    input: transformCheckbox,
  },
});
