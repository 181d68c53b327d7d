import type { JsonObject } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { LogoutClaims } from "../../../domain/sessions/logout-claims.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";

/** One that is judged over and over should come in the same object each time. */
export type IdToken = Pick<TokenSet, "idToken" | "userinfo" | "renewedAfterMark">;

/** Which of the two OAuth2 clients a token was made for: browser sessions, or the command line. */
export type Audience = "app" | "cli";

/**
 * The lab's OpenID provider. Its being away, slow, or talking nonsense is ProviderDown, thrown by every
 * method and never a verdict on anybody's tokens.
 */
export interface IdentityProvider {
  /** OpenID Connect Discovery section 4, kept for a while, with the operator's overrides. */
  metadata(): Promise<ProviderMetadata>;
  /** Where to send a browser for a login: code flow with PKCE S256 and a nonce (OpenID Connect Core section 3.1.2.1). */
  authorizationUrl(attempt: LoginAttempt): Promise<string>;
  /**
   * Redeems the code in the query that came back to the attempt's redirect URI (RFC 6749 section 4.1.3), and
   * verifies the id token for the app client with the attempt's nonce. Throws SignInFailed when the provider
   * refuses, or when a token is missing or not valid.
   */
  redeemCode(attempt: LoginAttempt, query: string): Promise<VerifiedTokens>;
  /**
   * Refresh grant (RFC 6749 section 6) and verification of what came back. No refresh token in the answer:
   * the old one stays. "refused" on `invalid_grant` (section 5.2).
   */
  refresh(tokens: TokenSet): Promise<VerifiedTokens | UntrustedTokens | "refused">;
  /**
   * What the provider says of the person at its userinfo endpoint (OpenID Connect Core section 5.3), which has to be
   * the subject that is named; nothing where it has no such endpoint. "refused": it does not take the access token.
   */
  userinfo(tokens: TokenSet, subject: string): Promise<JsonObject | "refused">;
  /** Checks signature, issuer, audience and times of an id token (OpenID Connect Core section 3.1.3.7). */
  verify(token: IdToken, audience: Audience): Promise<Verification>;
  /**
   * Where to send a browser to log out at the provider too (OpenID Connect RP-Initiated Logout section 2);
   * undefined: the provider offers no such thing.
   */
  endSessionUrl(returnTo: string, idToken: string | undefined): Promise<string | undefined>;
  /**
   * Takes a refresh token out of use (RFC 7009 section 2.1). Nothing happens where the provider has no
   * endpoint for it.
   */
  revoke(tokens: TokenSet): Promise<void>;
  /** Checks all of a logout token but whether it came before (OpenID Connect Back-Channel Logout section 2.6). */
  verifyLogout(logoutToken: string): Promise<LogoutVerification>;
  /** Returns when metadata and signing keys are at hand. */
  ready(): Promise<void>;
}

export interface VerifiedTokens {
  readonly tokens: TokenSet;
  /** Of the id token. */
  readonly claims: JsonObject;
}

/** Nobody can be served by the answer's id token. */
export interface UntrustedTokens {
  readonly tokens: TokenSet;
  readonly claims: undefined;
  /**
   * "wrong-subject": it is not about whom the old one was about; the tokens are good for being revoked. "expired": it
   * is the same person's and all is well but the time, by our clock. "unverifiable": the provider's keys do not tell, or
   * something else about it is not as it should be, which nobody's login ends for. In both cases the tokens are good for
   * the next refresh, and the old ones may be used up. "missing": none came (which OpenID Connect Core section 12.2
   * allows), and the old one is no longer good.
   */
  readonly because: "wrong-subject" | "expired" | "unverifiable" | "missing";
  /** Why it is in doubt, where more is known. */
  readonly cause?: unknown;
}

export type LogoutVerification =
  | { readonly outcome: "valid"; readonly claims: LogoutClaims }
  /** `reason`, a sentence, may be shown to whoever sent the token. */
  | { readonly outcome: "invalid"; readonly reason: string };

export type Verification =
  | { readonly outcome: "valid"; readonly claims: JsonObject }
  /** All is well but for the time: a session renews it, a Bearer client is told to. */
  | { readonly outcome: "expired" }
  /** Of a session's own token: the provider's keys do not tell, now. It is renewed, and proves nothing till then. */
  | { readonly outcome: "unverifiable"; readonly reason: string }
  /** `reason`, a sentence, may be shown to whoever sent the token. */
  | { readonly outcome: "invalid"; readonly reason: string };
