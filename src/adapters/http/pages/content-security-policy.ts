import { createHash } from "node:crypto";
import { pageFile } from "./page-files.ts";

/**
 * Where forms may lead. `formTargets`: origins that a form's redirect may lead to. Chromium applies
 * `form-action` to redirects too, so a logout that goes on to the provider's origin needs that origin here.
 */
export const formAction = (formTargets: readonly string[]): string =>
  ["form-action 'self'", ...formTargets].join(" ");

/** The policy of all pages but the error document and Auspice's. `images`: what they may show besides our own. */
export const pagePolicy = (formTargets: readonly string[] = [], images: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    ["img-src 'self' data:", ...images].join(" "),
    "connect-src 'self'",
    formAction(formTargets),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

let style: string | undefined;

/** The error document's own style sheet: that document has to look well when nothing else can be had. */
export const errorStyle = (): string => {
  style ??= ["palette.css", "error.css"].map(pageFile).join("");
  return style;
};

/** The policy of the error document: nothing but its inline style sheet, and the icon that browsers ask for. */
export const errorPolicy = (): string => {
  const hash = createHash("sha256").update(errorStyle()).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};
