import { errorStyle } from "./content-security-policy.ts";
import type { Frame } from "./frame.ts";
import { defaultSiteTitle } from "./frame.ts";
import { renderDocument, renderPage } from "./template.ts";

/** The page for addresses outside groups that lead nowhere; sent with `pagePolicy`. */
export const renderNotFound = (content: { readonly frame: Frame }): string =>
  renderPage("./not-found", { ...content, title: "Not found" });

export interface ErrorDocument {
  readonly frame?: Frame;
  readonly status: number;
  /** Written for the person who asked. */
  readonly message: string;
  /** What the operator finds the request by. */
  readonly requestId: string;
}

/** A document that needs nothing but itself; sent with `errorPolicy`. */
export const renderError = ({ frame, status, message, requestId }: ErrorDocument): string =>
  renderDocument("./error", {
    siteTitle: frame?.siteTitle ?? defaultSiteTitle,
    style: errorStyle(),
    loginHref: status === 401 ? (frame?.loginHref ?? "/login") : undefined,
    status,
    message,
    requestId,
  });
