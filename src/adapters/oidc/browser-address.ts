import { buildAuthorizationUrl, buildEndSessionUrl, calculatePKCECodeChallenge, None } from "openid-client";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import { defaultScopes } from "../../domain/identity/provider-metadata.ts";
import type { LoginAttempt } from "../../domain/sessions/login-attempt.ts";
import { configurationFor } from "./grants/token-endpoint.ts";
import type { AuthorizationRequest } from "./options.ts";
import { isAcceptableUrl } from "./provider-description.ts";

/** Longer id tokens are not put into the logout URL, which common servers cut off at 8 kB; the hint is optional. */
const longestHint = 4000;

/** Where a browser is sent to log in. */
export const authorizationUrl = async (
  clientId: string,
  metadata: ProviderMetadata,
  { scopes = defaultScopes(metadata), parameters = {} }: AuthorizationRequest,
  attempt: LoginAttempt,
): Promise<string> =>
  buildAuthorizationUrl(configurationFor(clientId, None(), metadata), {
    ...parameters,
    redirect_uri: attempt.redirectUri,
    scope: scopes.join(" "),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: "S256",
  }).href;

/** Where a browser is sent to log out; undefined where the provider has no such place. */
export const endSessionUrl = (
  clientId: string,
  metadata: ProviderMetadata,
  returnTo: string,
  idToken: string | undefined,
): string | undefined => {
  if (!isAcceptableUrl(metadata["end_session_endpoint"])) return undefined;
  return buildEndSessionUrl(configurationFor(clientId, None(), metadata), {
    // Cognito's name and the standard's; each provider ignores the other's.
    logout_uri: returnTo,
    post_logout_redirect_uri: returnTo,
    ...(idToken !== undefined && idToken.length <= longestHint ? { id_token_hint: idToken } : {}),
  }).href;
};
