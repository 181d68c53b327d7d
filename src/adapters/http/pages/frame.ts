import type { Caller } from "../../../domain/identity/caller.ts";
import { parseReturnPath } from "../../../domain/sessions/return-path.ts";
import type { LoginEnd } from "../../../domain/sessions/session.ts";

/** What stands around every page: who is logged in, and where that can be changed. */
export interface Frame {
  /** Absent: "Nextstrain Groups". */
  readonly siteTitle?: string;
  readonly user: { readonly username: string } | undefined;
  /** Somebody sent credentials that cannot be checked right now; the page says so. */
  readonly unverified?: boolean;
  /** Whoever looks at the page was logged in: the sentence that says why that is over. */
  readonly loginEnd?: string | undefined;
  /** Whoever looks at the page has logged in again without having been told why: what says it. */
  readonly formerEnd?: FormerEnd | undefined;
  /** Where a login begins that comes back to this page; see {@link loginHref}. */
  readonly loginHref: string;
  /** The path of this page, percent-encoded as it came, with its query; only shown, never linked to. */
  readonly path: string;
}

export const defaultSiteTitle = "Nextstrain Groups";

interface FormerEnd {
  readonly sentence: string;
  /** For Auspice's bar, which has no more room on a phone. */
  readonly brief: string;
}

/** Said to whoever is logged out, and to whoever has logged in again since. */
const loginEnds: Readonly<Record<LoginEnd, { readonly now: string; readonly since: FormerEnd }>> = {
  "not-renewed": {
    now: "Your identity provider asks you to log in again.",
    since: {
      sentence: "Your identity provider asked you to log in again.",
      brief: "You were asked to log in again.",
    },
  },
  "too-old": {
    now: "Logins here last for a limited time, and yours is over.",
    since: {
      sentence: "Logins here last for a limited time, and your last one was over.",
      brief: "Your last login was over.",
    },
  },
};

/** Why somebody's login before this one ended. */
export const formerEndOf = (caller: Caller, untold: LoginEnd | undefined): FormerEnd | undefined =>
  caller.kind === "user" && untold ? loginEnds[untold].since : undefined;

/** Why somebody is not logged in any more; undefined for all who need not be told. */
export const loginEndOf = (caller: Caller | undefined): string | undefined =>
  caller?.kind === "anonymous" && caller.loginEnd ? loginEnds[caller.loginEnd].now : undefined;

/** The address of a login that comes back to `path`, which may have a query, as far as that can be remembered. */
export const loginHref = (path: string): string => {
  const returnTo = parseReturnPath(path.toWellFormed());
  return returnTo === undefined ? "/login" : `/login?return_to=${encodeURIComponent(returnTo)}`;
};
