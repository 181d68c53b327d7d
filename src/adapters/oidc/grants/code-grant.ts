import { authorizationCodeGrant } from "openid-client";
import { ProviderDown, SignInFailed } from "../../../domain/failure.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { VerifiedTokens } from "../../../ports/driven/identity/identity-provider.ts";
import type { Conversation } from "../requests/conversation.ts";
import { signInFailure } from "./token-endpoint.ts";

/** Providers differ in what they give one for: a scope, or a parameter of their own. */
const noRefreshToken =
  "No refresh token came back. The operator has to ask the provider for one: with the scope offline_access, if it " +
  "knows that (OAUTH2_SCOPES), or with a parameter of its own (OAUTH2_AUTHORIZATION_PARAMS), such as " +
  '{"access_type":"offline","prompt":"consent"} at Google.';

/** Redeems the code that came back to the redirect URI; see the port. */
export const redeemCode = async (
  conversation: Conversation,
  attempt: LoginAttempt,
  query: string,
): Promise<VerifiedTokens> => {
  const callback = new URL(attempt.redirectUri);
  callback.search = query;
  const asked = conversation.now();
  const checks = {
    pkceCodeVerifier: attempt.codeVerifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  };
  const answer = await conversation
    .ask(({ configuration }) => authorizationCodeGrant(configuration, callback, checks))
    .catch((error: unknown) => {
      throw signInFailure(error);
    });
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer;
  if (idToken === undefined) throw new SignInFailed("No id token came back.");
  if (refreshToken === undefined) throw new SignInFailed(noRefreshToken);
  const verification = await conversation.verifyAnswer(idToken, asked, "login");
  if (verification.outcome === "valid") {
    return { tokens: { idToken, accessToken, refreshToken }, claims: verification.claims };
  }
  if (verification.outcome === "unverifiable")
    throw new ProviderDown({ cause: new Error(verification.reason) });
  const late = "The token had expired when it came, by this server's clock.";
  throw new SignInFailed(verification.outcome === "invalid" ? verification.reason : late);
};
