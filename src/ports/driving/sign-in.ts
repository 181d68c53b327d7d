import type { Credentials, SessionCredentials } from "../../domain/identity/caller.ts";
import type { ReturnPath } from "../../domain/sessions/return-path.ts";
import type { SessionId } from "../../domain/sessions/session.ts";
import type { SealedText } from "../../domain/sessions/token-set.ts";

/** An authorization request (RFC 6749 section 4.1.1), and what its callback needs. */
export interface AuthorizationRequest {
  readonly authorizationUrl: string;
  readonly state: string;
  /** The encrypted attempt, for a cookie: the server stores nothing for visitors who only start a login. */
  readonly sealedAttempt: SealedText;
}

/** A request to the redirect URI (RFC 6749 section 4.1.2), with the browser's attempt. */
export interface AuthorizationResponse {
  readonly sealedAttempt: SealedText | undefined;
  readonly state: string;
  /** The query string: a code, or the provider's error (RFC 6749 section 4.1.2). */
  readonly query: string;
}

/** The browser that logs in. */
export interface SignInBrowser {
  /** The session that it has, which ends. */
  readonly session: Credentials;
  /** Shown to its owner: see `Login`. */
  readonly client: string | undefined;
}

export interface SignIn {
  /**
   * Starts a login. `origin`: the server's own, as the browser sees it. `slot`: the prefix of `state`, which selects the
   * cookie of the attempt. Throws ProviderDown.
   */
  begin(origin: string, returnTo: ReturnPath, slot: string): Promise<AuthorizationRequest>;
  /**
   * Finishes a login: exchanges the code, ends the browser's session and begins one with a new id, which is for its
   * cookie. An attempt is finished once, whatever comes for it later and at which instance. Throws SignInLost when
   * the browser did not begin this login, or too long ago, or when it was finished before; SignInFailed,
   * ProviderDown, StoreDown. A login whose session could not be stored is taken back.
   */
  finish(
    answer: AuthorizationResponse,
    browser: SignInBrowser,
  ): Promise<{ readonly session: SessionCredentials; readonly returnTo: ReturnPath }>;
  /**
   * Ends every session whose id the browser has `sent`, in a cookie of whichever name or domain, and revokes their
   * refresh tokens in the background. `used` is the session of the request.
   * @returns The provider's logout URL; undefined when it has none, or is unavailable.
   * @throws StoreDown when the end of the sessions is not confirmed.
   */
  logOut(origin: string, used: Credentials, sent: ReadonlySet<SessionId>): Promise<string | undefined>;
}
