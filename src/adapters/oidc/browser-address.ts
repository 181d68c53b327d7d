import { buildAuthorizationUrl, buildEndSessionUrl, calculatePKCECodeChallenge } from "openid-client";
import type { LoginAttempt } from "../../domain/login-attempt.ts";
import type { ProviderMetadata } from "../../domain/provider-metadata.ts";
import { scopesToAskFor } from "../../domain/provider-metadata.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** Longer id tokens are not put into the logout URL, which common servers cut off at 8 kB; the hint is optional. */
const longestHint = 4000;

/** Where a browser is sent to log in. */
export const authorizationUrl = async (
  { configuration }: TokenEndpoint,
  metadata: ProviderMetadata,
  attempt: LoginAttempt,
): Promise<string> =>
  buildAuthorizationUrl(configuration, {
    redirect_uri: attempt.redirectUri,
    scope: scopesToAskFor(metadata),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: "S256",
  }).href;

/** Where a browser is sent to log out. */
export const endSessionUrl = (
  { configuration }: TokenEndpoint,
  returnTo: string,
  idToken: string | undefined,
): string =>
  buildEndSessionUrl(configuration, {
    // Cognito's name and the standard's; each provider ignores the other's.
    logout_uri: returnTo,
    post_logout_redirect_uri: returnTo,
    ...(idToken !== undefined && idToken.length <= longestHint ? { id_token_hint: idToken } : {}),
  }).href;
