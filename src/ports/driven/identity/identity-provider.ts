import type { JsonObject } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { LogoutClaims } from "../../../domain/sessions/logout-claims.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";

/** A token that is validated repeatedly should be the same object each time, since results are memoized by it. */
export type IdToken = Pick<TokenSet, "idToken" | "userinfo" | "renewedAfterMark">;

/** The OAuth2 client that a token was issued to: the app's (browser sessions) or the command line's. */
export type Audience = "app" | "cli";

/**
 * The OpenID provider. Every method throws ProviderDown when the provider is unreachable or slow, or its answer is
 * malformed; none of these is a result about anybody's tokens.
 */
export interface IdentityProvider {
  /** The cached metadata (OpenID Connect Discovery section 4), with the operator's overrides. */
  metadata(): Promise<ProviderMetadata>;
  /** The authorization request's URL: code flow with PKCE S256 and a nonce (OpenID Connect Core section 3.1.2.1). */
  authorizationUrl(attempt: LoginAttempt): Promise<string>;
  /**
   * Redeems the code in the query that came back to the attempt's redirect URI (RFC 6749 section 4.1.3), and
   * verifies the id token for the app client with the attempt's nonce. Throws SignInFailed when the provider
   * refuses, or when a token is missing or not valid.
   */
  redeemCode(attempt: LoginAttempt, query: string): Promise<VerifiedTokens>;
  /**
   * Refresh grant (RFC 6749 section 6) and verification of its response. If that has no refresh token, the old one
   * stays. "refused" on `invalid_grant` (section 5.2).
   */
  refresh(tokens: TokenSet): Promise<VerifiedTokens | UntrustedTokens | "refused">;
  /**
   * The claims of the userinfo endpoint (OpenID Connect Core section 5.3), whose `sub` has to be `subject`; none where
   * the provider has no such endpoint. "refused": the endpoint rejects the access token.
   */
  userinfo(tokens: TokenSet, subject: string): Promise<JsonObject | "refused">;
  /** Checks signature, issuer, audience and times of an id token (OpenID Connect Core section 3.1.3.7). */
  verify(token: IdToken, audience: Audience): Promise<Verification>;
  /**
   * The logout request's URL (OpenID Connect RP-Initiated Logout section 2); undefined when the provider has no
   * `end_session_endpoint`.
   */
  endSessionUrl(returnTo: string, idToken: string | undefined): Promise<string | undefined>;
  /**
   * Revokes a refresh token (RFC 7009 section 2.1). Does nothing where the provider has no revocation endpoint.
   */
  revoke(tokens: TokenSet): Promise<void>;
  /** Validates a logout token, except for its replay (OpenID Connect Back-Channel Logout section 2.6). */
  verifyLogout(logoutToken: string): Promise<LogoutVerification>;
  /** Resolves when metadata and signing keys are available. */
  ready(): Promise<void>;
}

export interface VerifiedTokens {
  readonly tokens: TokenSet;
  /** Of the id token. */
  readonly claims: JsonObject;
}

/** A refresh response whose id token cannot be used to serve anybody. */
export interface UntrustedTokens {
  readonly tokens: TokenSet;
  readonly claims: undefined;
  /**
   * "wrong-subject": it is another person's, and the tokens are to be revoked. "expired": it is valid except for its
   * `exp`, by our clock. "unverifiable": its signature or a claim cannot be verified, which ends no login. In both cases
   * the new refresh token has to be stored, since the old one may be used up. "missing": the response has none (OpenID
   * Connect Core section 12.2 allows that), and the old one has expired.
   */
  readonly because: "wrong-subject" | "expired" | "unverifiable" | "missing";
  /** Why it is unverifiable, if known. */
  readonly cause?: unknown;
}

export type LogoutVerification =
  | { readonly outcome: "valid"; readonly claims: LogoutClaims }
  /** `reason`, a sentence, may be shown to whoever sent the token. */
  | { readonly outcome: "invalid"; readonly reason: string };

export type Verification =
  | { readonly outcome: "valid"; readonly claims: JsonObject }
  /** Valid except for its `exp`: a session renews it, a Bearer client is asked to. */
  | { readonly outcome: "expired" }
  /** Only of a session's own token: its signature cannot be verified now. It is renewed, and not trusted until then. */
  | { readonly outcome: "unverifiable"; readonly reason: string }
  /** `reason`, a sentence, may be shown to whoever sent the token. */
  | { readonly outcome: "invalid"; readonly reason: string };
