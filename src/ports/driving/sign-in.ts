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

/** What a browser brings to the redirect URI. */
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
  /** For its owner's eyes: see `Login`. */
  readonly client: string | undefined;
}

export interface SignIn {
  /**
   * `origin`: the server's own, as the browser sees it. `slot`: what the state is to begin with, by which the
   * browser's attempt is found again. Throws ProviderDown.
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
   * Ends every session that a browser has `sent`, of whichever name or domain its cookie was, and has the provider
   * forget their logins; nobody waits for that. `used` is the one among them that counted.
   * @returns Where the provider ends its own session with the browser; undefined: it offers no logout, or is away.
   * @throws StoreDown, when it is not certain that they have ended.
   */
  logOut(origin: string, used: Credentials, sent: ReadonlySet<SessionId>): Promise<string | undefined>;
}
