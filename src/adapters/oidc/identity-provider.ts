import { decodeJwt, errors } from "jose";
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  refreshTokenGrant,
} from "openid-client";
import type { JsonObject, Seconds } from "../../domain/brand.ts";
import { ProviderDown, SignInFailed } from "../../domain/failure.ts";
import type { LoginAttempt } from "../../domain/login-attempt.ts";
import { scopesToAskFor } from "../../domain/provider-metadata.ts";
import type { TokenSet } from "../../domain/token-set.ts";
import type { IdentityProvider, Verification, VerifiedTokens } from "../../ports/driven/identity-provider.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { keySet } from "./key-set.ts";
import { asymmetricAlgorithms, type OidcOptions } from "./options.ts";
import { providerDescription } from "./provider-description.ts";
import {
  isComplaint,
  isRefused,
  renewalFailure,
  signInFailure,
  type TokenEndpoint,
  tokenEndpoint,
} from "./token-endpoint.ts";
import { tokenVerifier } from "./token-verifier.ts";

/** Longer id tokens are not put into the logout URL, which common servers cut off at 8 kB; the hint is optional. */
const longestHint = 4000;

/** The subject and issuer of a token of our own, unverified: it was verified when we sealed it. */
const identityOf = (idToken: string): { iss: unknown; sub: unknown } | undefined => {
  try {
    const { iss, sub } = decodeJwt(idToken);
    return { iss, sub };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
};

const isSamePerson = (before: string, claims: JsonObject): boolean => {
  const identity = identityOf(before);
  return typeof identity?.sub === "string" && identity.sub === claims.sub && identity.iss === claims.iss;
};

/**
 * The lab's provider, spoken to by OpenID Connect. Nothing is fetched before the first need, so the server
 * starts while the provider is away. Throws NotConfigured for options that can never work.
 */
export const oidcIdentityProvider = (options: OidcOptions): IdentityProvider & { close(): Promise<void> } => {
  const { client, clock, log, algorithms = asymmetricAlgorithms } = options;
  const { start = 5, end = 0 } = options.tolerance ?? {};
  const timeout = options.timeout ?? 10;
  const fetch = boundedFetch(timeout);
  const metadata = providerDescription(options, fetch);
  const intervals = { stranger: options.keys?.strangerInterval ?? 30, own: options.keys?.ownInterval ?? 1 };
  const keys = keySet({ intervals, fetch, clock, log });
  const verifier = tokenVerifier(algorithms, keys, metadata);
  const endpoint = async (): Promise<TokenEndpoint> =>
    tokenEndpoint(client, algorithms, await metadata(), fetch);

  /** `asked`: when the request for it was sent. A token that ran out on its way here was good when we asked. */
  const verifyAnswer = (idToken: string, asked: Seconds, nonce?: string): Promise<Verification> => {
    const now = clock.now();
    const endTolerance = end + Math.min(Math.max(0, now - asked), timeout);
    const expected = { clientId: client.id, now, startTolerance: start, endTolerance };
    return verifier.verify(idToken, nonce === undefined ? expected : { ...expected, nonce }, "own");
  };

  const redeemCode = async (attempt: LoginAttempt, query: string): Promise<VerifiedTokens> => {
    const { configuration } = await endpoint();
    const asked = clock.now();
    const callback = new URL(attempt.redirectUri);
    callback.search = query;
    const answer = await authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: attempt.codeVerifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
    }).catch((error: unknown) => {
      throw signInFailure(error);
    });
    const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer;
    if (idToken === undefined || refreshToken === undefined)
      throw new SignInFailed("No refresh token came back.");
    const verification = await verifyAnswer(idToken, asked, attempt.nonce);
    if (verification.outcome === "valid") {
      return { tokens: { idToken, accessToken, refreshToken }, claims: verification.claims };
    }
    throw new SignInFailed(
      verification.outcome === "invalid" ? verification.reason : "The token has expired.",
    );
  };

  /**
   * Providers need not send an id token again (OpenID Connect Core section 12.2). The old one is kept while it is
   * good, with the new refresh token, so that no rotation is lost; after that nobody can say who this is.
   */
  const keepIdToken = async (tokens: TokenSet): Promise<VerifiedTokens> => {
    const kept = await verifyAnswer(tokens.idToken, clock.now());
    if (kept.outcome === "valid") return { tokens, claims: kept.claims };
    throw new ProviderDown({ cause: new Error("No id token came back from a refresh") });
  };

  /** The claims of a renewed id token, if it is valid and still the same person's (section 12.2). */
  const renewedClaims = async (
    old: TokenSet,
    idToken: string,
    asked: Seconds,
  ): Promise<JsonObject | undefined> => {
    const verification = await verifyAnswer(idToken, asked);
    if (verification.outcome !== "valid" || !isSamePerson(old.idToken, verification.claims)) return undefined;
    return verification.claims;
  };

  const refresh = async (old: TokenSet): Promise<VerifiedTokens | "refused"> => {
    const { configuration, answer } = await endpoint();
    const asked = clock.now();
    try {
      const renewed = await refreshTokenGrant(configuration, old.refreshToken);
      const { id_token: idToken, access_token: accessToken } = renewed;
      const refreshToken = renewed.refresh_token ?? old.refreshToken;
      if (idToken === undefined)
        return await keepIdToken({ idToken: old.idToken, accessToken, refreshToken });
      const claims = await renewedClaims(old, idToken, asked);
      return claims === undefined ? "refused" : { tokens: { idToken, accessToken, refreshToken }, claims };
    } catch (error) {
      if (isRefused(error)) return "refused";
      // The library complains of anything in the answer; only an id token that is not valid ends the login.
      const idToken = isComplaint(error) ? answer()?.id_token : undefined;
      if (typeof idToken === "string" && (await renewedClaims(old, idToken, asked)) === undefined)
        return "refused";
      throw renewalFailure(error);
    }
  };

  return {
    metadata,
    redeemCode,
    refresh,
    async authorizationUrl(attempt) {
      const provider = await metadata();
      const { configuration } = await endpoint();
      return buildAuthorizationUrl(configuration, {
        redirect_uri: attempt.redirectUri,
        scope: scopesToAskFor(provider),
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: "S256",
      }).href;
    },
    verify(idToken, audience) {
      const now = clock.now();
      return audience === "app"
        ? verifier.verify(
            idToken,
            { clientId: client.id, now, startTolerance: start, endTolerance: 0 },
            "own",
          )
        : verifier.verify(
            idToken,
            { clientId: options.cliClientId, now, startTolerance: start, endTolerance: end },
            "stranger",
          );
    },
    async endSessionUrl(returnTo, idToken) {
      const { configuration } = await endpoint();
      return buildEndSessionUrl(configuration, {
        // Cognito's name and the standard's; each provider ignores the other's.
        logout_uri: returnTo,
        post_logout_redirect_uri: returnTo,
        ...(idToken !== undefined && idToken.length <= longestHint ? { id_token_hint: idToken } : {}),
      }).href;
    },
    async ready() {
      await keys.keys((await metadata()).jwks_uri);
    },
    async close() {
      fetch.close();
      keys.close();
    },
  };
};
