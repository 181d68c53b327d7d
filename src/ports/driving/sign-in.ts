import type { ReturnPath } from "../../domain/sessions/return-path.ts";
import type { Login, SessionId } from "../../domain/sessions/session.ts";
import type { SealedText } from "../../domain/sessions/token-set.ts";

/** An authorization request (RFC 6749 section 4.1.1), and what its callback needs. */
export interface AuthorizationRequest {
  readonly authorizationUrl: string;
  readonly state: string;
  /** The encrypted attempt, for a cookie: the server stores nothing for visitors who only start a login. */
  readonly sealedAttempt: SealedText;
}

export interface SignIn {
  /**
   * `origin`: the server's own, as the browser sees it. `slot`: what the state is to begin with, by which the
   * browser's attempt is found again. Throws ProviderDown.
   */
  begin(origin: string, returnTo: ReturnPath, slot: string): Promise<AuthorizationRequest>;
  /**
   * Ends a login for the session that is about to begin. `query` is what came to the redirect URI: a code, or
   * the provider's error. An attempt is finished once, whatever comes for it later and at which instance. Throws
   * SignInLost when the browser did not begin this login, or too long ago, or when it was finished before;
   * SignInFailed, ProviderDown, StoreDown.
   */
  finish(
    sessionId: SessionId,
    sealedAttempt: SealedText | undefined,
    state: string,
    query: string,
  ): Promise<{ readonly login: Login; readonly returnTo: ReturnPath }>;
  /**
   * Takes back a login that was finished, but whose session could not be stored: nobody gets to know its id, and
   * the provider is to forget it. Nobody waits for that.
   */
  abandon(sessionId: SessionId, login: Login): void;
  /** Where to send a browser whose session here has ended; undefined: the provider offers no logout. */
  endSessionUrl(
    origin: string,
    sessionId: SessionId | undefined,
    login: Login | undefined,
  ): Promise<string | undefined>;
}
