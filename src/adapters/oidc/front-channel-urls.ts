import { buildAuthorizationUrl, buildEndSessionUrl, calculatePKCECodeChallenge, None } from "openid-client";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import { defaultScopes } from "../../domain/identity/provider-metadata.ts";
import type { LoginAttempt } from "../../domain/sessions/login-attempt.ts";
import { clientConfiguration } from "./grants/token-request.ts";
import type { AuthorizationRequest } from "./options.ts";
import { isSecureUrl } from "./provider-discovery.ts";

/** In characters. Common servers reject URLs of more than 8 kB, and the hint is optional. */
const maxHintLength = 4000;

/** The authorization request's URL (OpenID Connect Core section 3.1.2.1), with PKCE (RFC 7636 section 4.3). */
export const authorizationUrl = async (
  clientId: string,
  metadata: ProviderMetadata,
  { scopes = defaultScopes(metadata), parameters = {} }: AuthorizationRequest,
  attempt: LoginAttempt,
): Promise<string> =>
  buildAuthorizationUrl(clientConfiguration(clientId, None(), metadata), {
    ...parameters,
    redirect_uri: attempt.redirectUri,
    scope: scopes.join(" "),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: "S256",
  }).href;

/**
 * The logout request's URL (OpenID Connect RP-Initiated Logout section 2); undefined when the provider has no
 * `end_session_endpoint` that is secure.
 */
export const endSessionUrl = (
  clientId: string,
  metadata: ProviderMetadata,
  returnTo: string,
  idToken: string | undefined,
): string | undefined => {
  if (!isSecureUrl(metadata["end_session_endpoint"])) return undefined;
  return buildEndSessionUrl(clientConfiguration(clientId, None(), metadata), {
    // Cognito's parameter and the standard's; each provider ignores the other's.
    logout_uri: returnTo,
    post_logout_redirect_uri: returnTo,
    ...(idToken !== undefined && idToken.length <= maxHintLength ? { id_token_hint: idToken } : {}),
  }).href;
};
