import type { Caller } from "../../../domain/caller.ts";
import { parseReturnPath } from "../../../domain/return-path.ts";
import type { LoginEnd } from "../../../domain/session.ts";

/** What stands around every page: who is logged in, and where that can be changed. */
export interface Frame {
  /** Absent: "Nextstrain Groups". */
  readonly siteTitle?: string;
  readonly user: { readonly username: string } | undefined;
  /** Somebody sent credentials that cannot be checked right now; the page says so. */
  readonly unproven?: boolean;
  /** Whoever looks at the page was logged in: the sentence that says why that is over. */
  readonly loginEnd?: string | undefined;
  /** Where a login begins that comes back to this page; see {@link loginHref}. */
  readonly loginHref: string;
  /** The path of this page, percent-encoded as it came, with its query; only shown, never linked to. */
  readonly path: string;
}

export const defaultSiteTitle = "Nextstrain Groups";

const loginEnds: Readonly<Record<LoginEnd, string>> = {
  "not-renewed": "Your identity provider asks you to log in again.",
  "too-old": "Logins here last for a limited time, and yours is over.",
};

/** Why somebody is not logged in any more; undefined for all who need not be told. */
export const loginEndOf = (caller: Caller | undefined): string | undefined =>
  caller?.kind === "anonymous" && caller.loginEnd ? loginEnds[caller.loginEnd] : undefined;

/** The address of a login that comes back to `path`, which may have a query, as far as that can be remembered. */
export const loginHref = (path: string): string => {
  const returnTo = parseReturnPath(path.toWellFormed());
  return returnTo === undefined ? "/login" : `/login?return_to=${encodeURIComponent(returnTo)}`;
};
