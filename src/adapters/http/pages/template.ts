import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { assetPath, assets } from "./asset.ts";
import type { Frame } from "./frame.ts";
import { defaultSiteTitle } from "./frame.ts";

const folder = fileURLToPath(new URL("templates/", import.meta.url));
const sources = new Map<string, string>();

/** Templates are compiled when first used, and kept; `<%= %>` escapes, `<%~ %>` does not. */
const eta = new Eta({ views: folder, autoEscape: true, cache: true });
eta.readFile = (path) => sources.get(path) ?? readFileSync(path, "utf8");

/** Reads all that pages are made of, so that an upgrade may replace the files under a running server. */
export const preloadPages = (): void => {
  assets();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    sources.set(path, readFileSync(path, "utf8"));
  }
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
