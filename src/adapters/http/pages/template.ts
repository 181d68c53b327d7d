import { randomUUID } from "node:crypto";
import { Eta } from "eta";
import { defaultSite } from "../../../domain/site.ts";
import { assetPath, assets } from "../assets/asset.ts";
import { siteView } from "../assets/site-assets.ts";
import type { LayoutData } from "./layout.ts";
import { pageFile } from "./page-files.ts";

/** Templates are compiled at their first use and cached. `<%= %>` escapes HTML, `<%~ %>` does not. */
const eta = new Eta({ autoEscape: true, cache: true });
eta.resolvePath = (name) => `${name}.eta`;
eta.readFile = pageFile;

/** Reads all page files into memory, so that an upgrade can replace the files of a running server. */
export const preloadPages = (): void => {
  assets();
};

interface PageContent {
  readonly layout: LayoutData;
  /** The document's title, without the site's. */
  readonly title: string;
}

/** Renders a template that uses the common layout. */
export const renderPage = (template: string, content: PageContent & Record<string, unknown>): string =>
  eta.render(template, {
    ...content,
    site: siteView(content.layout.site ?? defaultSite),
    asset: assetPath,
  });

/** A page, in chunks if it has a long list: concatenating those would block the event loop. */
export type Html = string | readonly Buffer[];

/** Random, so that no text of users can contain it. */
const placeholder = `<!--${randomUUID()}-->`;

/** Renders a page whose `it.inner` is the given chunks of HTML, without concatenating them. */
export const renderPageWithChunks = (
  template: string,
  content: PageContent & Record<string, unknown>,
  chunks: readonly Buffer[],
): readonly Buffer[] => {
  const [before = "", ...after] = renderPage(template, { ...content, inner: placeholder }).split(placeholder);
  return [Buffer.from(before), ...after.flatMap((html) => [...chunks, Buffer.from(html)])];
};

/** Renders a template without the common layout. */
export const renderTemplate = (template: string, content: Record<string, unknown>): string =>
  eta.render(template, content);
