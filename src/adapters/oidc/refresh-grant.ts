import { decodeJwt, errors } from "jose";
import { refreshTokenGrant } from "openid-client";
import type { JsonObject, Seconds } from "../../domain/brand.ts";
import { ProviderDown } from "../../domain/failure.ts";
import type { TokenSet } from "../../domain/token-set.ts";
import type { UselessTokens, VerifiedTokens } from "../../ports/driven/identity-provider.ts";
import type { Conversation } from "./conversation.ts";
import { isComplaint, isRefused, renewalFailure } from "./token-endpoint.ts";

/** Who a token of our own is about, unverified: it was verified when it was sealed. */
const identityOf = (idToken: string): { readonly iss?: unknown; readonly sub?: unknown } => {
  try {
    return decodeJwt(idToken);
  } catch (error) {
    if (error instanceof errors.JOSEError) return {};
    throw error;
  }
};

/** The claims of a renewed id token, if it is valid and still the same person's (OpenID Connect Core section 12.2). */
const renewedClaims = async (
  conversation: Conversation,
  old: TokenSet,
  idToken: string,
  asked: Seconds,
): Promise<JsonObject | undefined> => {
  const verification = await conversation.verifyAnswer(idToken, asked, "renewal");
  if (verification.outcome !== "valid") return undefined;
  const { claims } = verification;
  const { iss, sub } = identityOf(old.idToken);
  return typeof sub === "string" && sub === claims.sub && iss === claims.iss ? claims : undefined;
};

/**
 * Providers need not send an id token again (OpenID Connect Core section 12.2). The old one is kept while it is
 * good, with the new refresh token, so that no rotation is lost; after that nobody can say who this is.
 */
const keepIdToken = async (conversation: Conversation, tokens: TokenSet): Promise<VerifiedTokens> => {
  const kept = await conversation.verifyAnswer(tokens.idToken, conversation.now(), "renewal");
  if (kept.outcome === "valid") return { tokens, claims: kept.claims };
  throw new ProviderDown({ cause: new Error("No id token came back from a refresh") });
};

/** Redeems a refresh token; see the port. */
export const refresh = async (
  conversation: Conversation,
  old: TokenSet,
): Promise<VerifiedTokens | UselessTokens | "refused"> => {
  const { configuration, answer } = await conversation.endpoint();
  const asked = conversation.now();
  try {
    const renewed = await refreshTokenGrant(configuration, old.refreshToken);
    const {
      id_token: idToken,
      access_token: accessToken,
      refresh_token: refreshToken = old.refreshToken,
    } = renewed;
    if (idToken === undefined) {
      return await keepIdToken(conversation, { idToken: old.idToken, accessToken, refreshToken });
    }
    const claims = await renewedClaims(conversation, old, idToken, asked);
    return { tokens: { idToken, accessToken, refreshToken }, claims };
  } catch (error) {
    if (isRefused(error)) return "refused";
    // The library complains of anything in the answer; only an id token that is not valid ends the login.
    const { id_token: idToken, refresh_token: newer } = (isComplaint(error) ? answer() : undefined) ?? {};
    if (typeof idToken === "string") {
      const claims = await renewedClaims(conversation, old, idToken, asked);
      const refreshToken = typeof newer === "string" ? newer : old.refreshToken;
      if (claims === undefined) return { tokens: { ...old, refreshToken }, claims };
    }
    throw renewalFailure(error);
  }
};
