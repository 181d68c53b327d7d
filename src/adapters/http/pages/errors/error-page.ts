import type { Site } from "../../../../domain/site.ts";
import { defaultSite } from "../../../../domain/site.ts";
import { errorStyle } from "../content-security-policy.ts";
import type { LayoutData } from "../layout.ts";
import { renderPage, renderTemplate } from "../template.ts";

/** The 404 page for URLs outside of groups; sent with `pagePolicy`. */
export const renderNotFound = (content: { readonly layout: LayoutData }): string =>
  renderPage("not-found", { ...content, title: "Not found" });

export interface ErrorDocument {
  /** Default: {@link defaultSite}. */
  readonly site?: Site;
  readonly status: number;
  /** For the user. */
  readonly message: string;
  /** The request's id in the log. */
  readonly requestId: string;
  /** Undefined when nobody is logged in, or it is not known who. */
  readonly username?: string | undefined;
  /** URL of the login that a 401 asks for; default: `/login`, which returns to the page in Referer. */
  readonly loginHref?: string | undefined;
  /** URL of a new login, after one that failed. */
  readonly retryHref?: string | undefined;
  /** Whether the address has a secret, which somebody may have passed on. */
  readonly isSecretAddress?: boolean;
}

export interface ErrorPage extends ErrorDocument {
  readonly layout: LayoutData;
  /** Where to ask for access to the group in the address, whether there is one or not. */
  readonly accessRequest?: { readonly group: string; readonly href: string } | undefined;
}

interface Advice {
  readonly heading: string;
  /** What the user can do. */
  readonly advice: string;
}

const notAvailable: Advice = {
  heading: "Not available right now",
  advice:
    "Reload this page then. If it stays so, tell the people who run this server, with the number below.",
};

const adviceByStatus: Record<number, Advice> = {
  401: { heading: "Please log in", advice: "Log in, and you will come back to the page you asked for." },
  403: {
    heading: "Not open to you",
    advice:
      "If it should be open to you, ask an owner of the group to add you. Where roles come from the place that you log in with, log out and in again after a change.",
  },
  404: {
    heading: "Not found",
    advice: "Check the address for typing mistakes, or start from the list of groups.",
  },
  406: {
    heading: "Not in this form",
    advice:
      "Your browser asked for a form that this address does not come in. Open the group's page instead.",
  },
  412: {
    heading: "Changed meanwhile",
    advice: "Reload the page, look at what is there now, and decide again.",
  },
  413: {
    heading: "Too large",
    advice: "Send less at once, or ask the people who run this server about its limits.",
  },
  429: { heading: "Too many attempts", advice: "Wait for some minutes, check the address, and try again." },
  502: notAvailable,
  503: notAvailable,
  504: notAvailable,
  507: {
    heading: "No room left",
    advice: "Your file or change was not stored. Tell them the number below, and send it again then.",
  },
};

const notOpenAtProvider: Advice = {
  heading: "Not open to you",
  advice:
    "If it should be open to you: roles are changed at the identity provider, by the people who run it. Log out and in again after a change.",
};

const unknownSecret: Advice = {
  heading: "This link does not work",
  advice: "Also check that the link was copied completely.",
};

const loginFailed: Advice = {
  heading: "The login did not succeed",
  advice: "Try again. If it stays so, tell the people who run this server, with the number below.",
};

const defaultAdvice = (status: number): Advice =>
  status < 500
    ? {
        heading: "This request cannot be answered",
        advice: "Go back, check what you entered, and try again.",
      }
    : {
        heading: "Something went wrong",
        advice:
          "The fault is the server's, not yours. Try again; if it stays, tell the people who run this server, with the number below.",
      };

const wordsOf = ({ status, retryHref, isSecretAddress, site }: ErrorDocument): Advice => {
  if (retryHref !== undefined) return loginFailed;
  if (status === 403 && site?.areRolesAtProvider) return notOpenAtProvider;
  return status === 404 && isSecretAddress
    ? unknownSecret
    : (adviceByStatus[status] ?? defaultAdvice(status));
};

const contentOf = (content: ErrorDocument) => {
  const { status, message, requestId, loginHref, retryHref, username } = content;
  return {
    loginHref: status === 401 ? (loginHref ?? "/login") : undefined,
    // Users are often logged in with another account than they think.
    accountHref: status === 403 && retryHref === undefined ? "/whoami" : undefined,
    username: status === 403 && retryHref === undefined ? username : undefined,
    retryHref,
    ...wordsOf(content),
    status,
    message,
    requestId,
  };
};

/**
 * A self-contained document, without external style sheets or scripts, for where it is not known who asks; sent with
 * `errorPolicy`.
 */
export const renderError = (content: ErrorDocument): string => {
  const { site = defaultSite } = content;
  return renderTemplate("error", { ...contentOf(content), site, style: errorStyle(site) });
};

/** The same in the frame of all pages; sent with `pagePolicy`. */
export const renderErrorPage = (content: ErrorPage): string => {
  const { layout, accessRequest } = content;
  const words = contentOf(content);
  return renderPage("error-page", { ...words, layout, accessRequest, title: words.heading });
};
