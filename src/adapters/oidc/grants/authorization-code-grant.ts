import { authorizationCodeGrant } from "openid-client";
import { ProviderDown, SignInFailed } from "../../../domain/failure.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { VerifiedTokens } from "../../../ports/driven/identity/identity-provider.ts";
import { signInFailure } from "./oauth-errors.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** Providers differ in what makes them issue one: a scope, or a parameter of their own. */
const noRefreshToken =
  "No refresh token came back. The operator has to ask the provider for one: with the scope offline_access, if it " +
  "knows that (OAUTH2_SCOPES), or with a parameter of its own (OAUTH2_AUTHORIZATION_PARAMS), such as " +
  '{"access_type":"offline","prompt":"consent"} at Google.';

/** The authorization code grant (RFC 6749 section 4.1.3); see the port. */
export const redeemCode = async (
  endpoint: TokenEndpoint,
  attempt: LoginAttempt,
  query: string,
): Promise<VerifiedTokens> => {
  const callback = new URL(attempt.redirectUri);
  callback.search = query;
  const requestedAt = endpoint.now();
  const checks = {
    pkceCodeVerifier: attempt.codeVerifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  };
  const response = await endpoint
    .send(({ configuration }) => authorizationCodeGrant(configuration, callback, checks))
    .catch((error: unknown) => {
      throw signInFailure(error);
    });
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = response;
  if (idToken === undefined) throw new SignInFailed("No id token came back.");
  if (refreshToken === undefined) throw new SignInFailed(noRefreshToken);
  const verification = await endpoint.verifyIdToken(idToken, requestedAt, "login");
  if (verification.outcome === "valid") {
    return { tokens: { idToken, accessToken, refreshToken }, claims: verification.claims };
  }
  if (verification.outcome === "unverifiable")
    throw new ProviderDown({ cause: new Error(verification.reason) });
  const expired = "The token had expired when it came, by this server's clock.";
  throw new SignInFailed(verification.outcome === "invalid" ? verification.reason : expired);
};
