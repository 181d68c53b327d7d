import type { Caller } from "../../../domain/identity/caller.ts";
import { parseReturnPath } from "../../../domain/sessions/return-path.ts";
import type { LoginEnd } from "../../../domain/sessions/session.ts";
import type { Site } from "../../../domain/site.ts";
import { hasSecret } from "../secret-addresses/secret-path.ts";

/** The data of the common layout: who is logged in, and notices about that. */
export interface LayoutData {
  /** Default: {@link defaultSite}. */
  readonly site?: Site;
  readonly user: { readonly username: string; readonly isAdministrator?: boolean } | undefined;
  /** Whether the request has a session, of which it has not been found out yet whose it is. */
  readonly isUnidentified?: boolean;
  /** Whether the request has credentials that cannot be verified right now, which the page says. */
  readonly unverified?: boolean;
  /** Whether it cannot be read now which roles the visitor has been given, which the page says. */
  readonly hasUnknownRoles?: boolean;
  /** A sentence that says why the visitor's login has ended. */
  readonly loginEnd?: string | undefined;
  /** Why the login before the present one ended, if the visitor has not been told yet. */
  readonly previousLoginEnd?: PreviousLoginEnd | undefined;
  /** URL of a login that returns to this page; see {@link loginHref}. */
  readonly loginHref: string;
  /** The request's path and query, percent-encoded and without a secret. It is displayed, and never a link's target. */
  readonly path: string;
}

interface PreviousLoginEnd {
  readonly sentence: string;
  /** For Auspice's bar, which has little room on a phone. */
  readonly short: string;
}

/** Messages for a visitor who is still logged out, and for one who has logged in again. */
const loginEndMessages: Readonly<
  Record<LoginEnd, { readonly now: string; readonly since: PreviousLoginEnd }>
> = {
  "not-renewed": {
    now: "Your identity provider asks you to log in again.",
    since: {
      sentence: "Your identity provider asked you to log in again.",
      short: "You were asked to log in again.",
    },
  },
  "too-old": {
    now: "Logins here last for a limited time, and yours is over.",
    since: {
      sentence: "Logins here last for a limited time, and your last one was over.",
      short: "Your last login was over.",
    },
  },
};

/** Why the user's previous login ended; undefined when that has been shown, or for anybody else. */
export const previousLoginEndFor = (
  caller: Caller,
  unseen: LoginEnd | undefined,
): PreviousLoginEnd | undefined =>
  caller.kind === "user" && unseen ? loginEndMessages[unseen].since : undefined;

/** Why the caller is no longer logged in; undefined for everybody else. */
export const loginEndMessage = (caller: Caller | undefined): string | undefined =>
  caller?.kind === "anonymous" && caller.loginEnd ? loginEndMessages[caller.loginEnd].now : undefined;

/**
 * URL of a login that returns to `path` (with or without a query), or to the home page if that is no valid target. A
 * path with a secret is its own: whoever comes without a login begins one there (`secretLogin`).
 */
export const loginHref = (path: string): string => {
  const returnTo = parseReturnPath(path.toWellFormed());
  if (returnTo !== undefined && hasSecret(returnTo)) return returnTo;
  return returnTo === undefined ? "/login" : `/login?return_to=${encodeURIComponent(returnTo)}`;
};
