import { decodeJwt, errors, type JWTPayload } from "jose";
import { refreshTokenGrant } from "openid-client";
import type { Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type {
  UntrustedTokens,
  Verification,
  VerifiedTokens,
} from "../../../ports/driven/identity/identity-provider.ts";
import { isInvalidResponse, isRefreshTokenRejected, providerFailure } from "./oauth-errors.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";
import type { TokenRequest } from "./token-request.ts";

/** The claims of a token whose signature is verified elsewhere; an old token was verified before it was sealed. */
const decodeClaims = (idToken: string): JWTPayload => {
  try {
    return decodeJwt(idToken);
  } catch (error) {
    if (error instanceof errors.JOSEError) return {};
    throw error;
  }
};

type Unverifiable = { readonly outcome: "unverifiable"; readonly cause: unknown };

/**
 * An outage of the provider's key set makes the token unverifiable and throws nothing: the new refresh token has to be
 * stored all the same, since the old one may be used up.
 */
const verifyIdToken = async (
  endpoint: TokenEndpoint,
  idToken: string,
  requestedAt: Seconds,
): Promise<Exclude<Verification, { readonly outcome: "unverifiable" }> | Unverifiable> => {
  try {
    const verification = await endpoint.verifyIdToken(idToken, requestedAt, "renewal");
    if (verification.outcome !== "unverifiable") return verification;
    return { outcome: "unverifiable", cause: new Error(verification.reason) };
  } catch (cause) {
    if (cause instanceof ProviderDown) return { outcome: "unverifiable", cause };
    throw cause;
  }
};

/**
 * Verifies a refresh response, whose id token has to have the same issuer and subject as the old one (OpenID Connect
 * Core section 12.2). One that is not valid points to the provider's keys or to a setting, and does not prove that the
 * login is over: the session keeps the old id token, which says whose it is.
 */
const verifyRefreshResponse = async (
  endpoint: TokenEndpoint,
  old: TokenSet,
  renewed: TokenSet,
  requestedAt: Seconds,
): Promise<VerifiedTokens | UntrustedTokens> => {
  const verification = await verifyIdToken(endpoint, renewed.idToken, requestedAt);
  const [oldClaims, newClaims] = [decodeClaims(old.idToken), decodeClaims(renewed.idToken)];
  if (verification.outcome === "invalid" || newClaims.sub === undefined) {
    const { accessToken, refreshToken } = renewed;
    const cause = new Error("reason" in verification ? verification.reason : "It names no subject.");
    return {
      tokens: { ...old, accessToken, refreshToken },
      claims: undefined,
      because: "unverifiable",
      cause,
    };
  }
  if (newClaims.sub !== oldClaims.sub || newClaims.iss !== oldClaims.iss) {
    return { tokens: renewed, claims: undefined, because: "wrong-subject" };
  }
  if (verification.outcome === "valid") return { tokens: renewed, claims: verification.claims };
  const cause = "cause" in verification ? { cause: verification.cause } : {};
  return { tokens: renewed, claims: undefined, because: verification.outcome, ...cause };
};

/**
 * A refresh response need not have an id token (OpenID Connect Core section 12.2). The old one is kept until it
 * expires; after that nothing says whose session this is, whether the key that signed it is still published or not.
 */
const keepIdToken = async (
  endpoint: TokenEndpoint,
  tokens: TokenSet,
): Promise<VerifiedTokens | UntrustedTokens> => {
  const { exp } = decodeClaims(tokens.idToken);
  const isExpired = typeof exp === "number" && exp <= endpoint.now();
  const verification = isExpired
    ? ({ outcome: "expired" } as const)
    : await verifyIdToken(endpoint, tokens.idToken, endpoint.now());
  if (verification.outcome === "valid") return { tokens, claims: verification.claims };
  if (verification.outcome === "expired") return { tokens, claims: undefined, because: "missing" };
  const cause = "cause" in verification ? verification.cause : new Error(verification.reason);
  return { tokens, claims: undefined, because: "unverifiable", cause };
};

/** The refresh grant (RFC 6749 section 6); see the port. */
export const refresh = async (
  endpoint: TokenEndpoint,
  old: TokenSet,
): Promise<VerifiedTokens | UntrustedTokens | "refused"> => {
  let responseBody: TokenRequest["responseBody"] = () => undefined;
  const requestedAt = endpoint.now();
  try {
    const response = await endpoint.send((request) => {
      responseBody = request.responseBody;
      return refreshTokenGrant(request.configuration, old.refreshToken);
    });
    const {
      id_token: idToken,
      access_token: accessToken,
      refresh_token: refreshToken = old.refreshToken,
    } = response;
    if (idToken === undefined) {
      return await keepIdToken(endpoint, { idToken: old.idToken, accessToken, refreshToken });
    }
    return await verifyRefreshResponse(endpoint, old, { idToken, accessToken, refreshToken }, requestedAt);
  } catch (error) {
    if (isRefreshTokenRejected(error)) return "refused";
    // openid-client rejects a response for any claim of its id token; only another person's token ends the login.
    const { id_token: idToken, refresh_token: newRefreshToken } =
      (isInvalidResponse(error) ? responseBody() : undefined) ?? {};
    if (typeof idToken === "string") {
      const refreshToken = typeof newRefreshToken === "string" ? newRefreshToken : old.refreshToken;
      const result = await verifyRefreshResponse(
        endpoint,
        old,
        { ...old, idToken, refreshToken },
        requestedAt,
      );
      if (result.claims === undefined) return result;
    }
    throw providerFailure(error);
  }
};
