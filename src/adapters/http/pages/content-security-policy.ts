import { createHash } from "node:crypto";
import { memoize } from "../../../domain/memoize.ts";
import { defaultSite, type Site } from "../../../domain/site.ts";
import { siteAssets } from "../assets/site-assets.ts";
import { pageFile } from "./page-files.ts";

/**
 * The `form-action` directive. Chromium applies it to redirects as well, so that the logout form needs the provider's
 * origins here.
 * @param formActionOrigins Origins to which a form may redirect.
 */
export const formActionDirective = (formActionOrigins: readonly string[]): string =>
  ["form-action 'self'", ...formActionOrigins].join(" ");

/**
 * The policy of all pages but the error document and Auspice.
 * @param imageSources Further sources for `img-src`.
 */
export const pagePolicy = (
  formActionOrigins: readonly string[] = [],
  imageSources: readonly string[] = [],
): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    ["img-src 'self' data:", ...imageSources].join(" "),
    "connect-src 'self'",
    formActionDirective(formActionOrigins),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** The inline style sheet of the error document, which may not depend on a second request. */
export const errorStyle = memoize(
  (site: Site): string =>
    ["palette.css", "base.css", "error.css"].map(pageFile).join("") +
    (siteAssets(site).accent?.body.toString() ?? ""),
);

/** The policy of the error document: only its inline style sheet, and the favicon that browsers request. */
export const errorPolicy = (site: Site = defaultSite): string => {
  const hash = createHash("sha256").update(errorStyle(site)).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};
