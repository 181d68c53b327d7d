/** A heading of the guide, which links lead to. */
export interface GuideSection {
  readonly id: string;
  readonly title: string;
}

/**
 * The Markdown of `docs/using.md` as a page of the server: without its title, which the page has, its pictures, which
 * show what is before one's eyes, and what it was tried with.
 */
export const guideMarkdown = (text: string): string =>
  text
    .replace(/^# .*\n/, "")
    .replace(/^!\[.*\n+/gm, "")
    .replace(/\n## Tried with[\s\S]*$/, "\n");

/** The id that GitHub gives to a heading: links in the document lead there. */
const idOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .replace(/\s/g, "-");

/** The rendered guide with ids at its headings, which are one level lower than in the document. */
export const withSectionIds = (
  html: string,
): { readonly html: string; readonly sections: GuideSection[] } => {
  const sections: GuideSection[] = [];
  const withIds = html.replace(/<(h[34])>([^<]+)<\/\1>/g, (_, name: string, title: string) => {
    const id = idOf(title);
    if (name === "h3") sections.push({ id, title });
    const [open, close] = name === "h3" ? ["h2", "h2"] : ["h3", "h3"];
    return `<${open} id="${id}">${title}</${close}>`;
  });
  return { html: withIds, sections };
};

/** The host that the document writes for the reader's own server. */
const exampleOrigin = "https://groups.example.org";

/** Writes this server's own origin in the guide's commands; the command line takes https only. */
export const forOrigin = (html: string, origin: string): string =>
  origin.startsWith("https:") ? html.replaceAll(exampleOrigin, origin) : html;
