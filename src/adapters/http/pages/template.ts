import { randomUUID } from "node:crypto";
import { Eta } from "eta";
import { assetPath, assets } from "../assets/asset.ts";
import type { Frame } from "./frame.ts";
import { defaultSiteTitle } from "./frame.ts";
import { pageFile } from "./page-files.ts";

/** Templates are compiled when first used, and kept; `<%= %>` escapes, `<%~ %>` does not. */
const eta = new Eta({ autoEscape: true, cache: true });
eta.resolvePath = (name) => `${name}.eta`;
eta.readFile = pageFile;

/** Reads all that pages are made of, so that an upgrade may replace the files under a running server. */
export const preloadPages = (): void => {
  assets();
};

interface PageContent {
  readonly frame: Frame;
  /** What the browser's title says before the site's name. */
  readonly title: string;
}

/** The HTML of one page inside the common frame. */
export const renderPage = (template: string, content: PageContent & Record<string, unknown>): string =>
  eta.render(template, {
    ...content,
    siteTitle: content.frame.siteTitle ?? defaultSiteTitle,
    asset: assetPath,
  });

/** Long lists stay in pieces, so that nobody has to wait until all of them are put together. */
export type Html = string | readonly Buffer[];

/** Known to nobody, so that nothing that people wrote can look like it. */
const place = `<!--${randomUUID()}-->`;

/** The HTML of one page with `inner` where the template has `it.inner`. */
export const renderPageAround = (
  template: string,
  content: PageContent & Record<string, unknown>,
  inner: readonly Buffer[],
): readonly Buffer[] => {
  const [before = "", ...after] = renderPage(template, { ...content, inner: place }).split(place);
  return [Buffer.from(before), ...after.flatMap((html) => [...inner, Buffer.from(html)])];
};

/** The HTML of a document of its own, without frame. */
export const renderDocument = (template: string, content: Record<string, unknown>): string =>
  eta.render(template, content);
