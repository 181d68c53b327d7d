import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { assetPath } from "./asset.ts";
import type { Frame } from "./frame.ts";
import { defaultSiteTitle } from "./frame.ts";

/** Templates are read and compiled when first used, and kept; `<%= %>` escapes, `<%~ %>` does not. */
const eta = new Eta({
  views: fileURLToPath(new URL("templates/", import.meta.url)),
  autoEscape: true,
  cache: true,
});

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

/** The HTML of a document of its own, without frame. */
export const renderDocument = (template: string, content: Record<string, unknown>): string =>
  eta.render(template, content);
