import { decodeJwt, errors } from "jose";
import { refreshTokenGrant } from "openid-client";
import type { Seconds } from "../../domain/brand.ts";
import { ProviderDown } from "../../domain/failure.ts";
import type { TokenSet } from "../../domain/token-set.ts";
import type { UselessTokens, Verification, VerifiedTokens } from "../../ports/driven/identity-provider.ts";
import type { Conversation } from "./conversation.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";
import { isComplaint, isRefused, renewalFailure } from "./token-endpoint.ts";

/** Who a token is about that has been verified before: an old one when it was sealed. */
const identityOf = (idToken: string): { readonly iss?: unknown; readonly sub?: unknown } => {
  try {
    return decodeJwt(idToken);
  } catch (error) {
    if (error instanceof errors.JOSEError) return {};
    throw error;
  }
};

/** What is to be said of an answer's tokens; see the port. */
type Judgement = Omit<VerifiedTokens, "tokens"> | Omit<UselessTokens, "tokens">;

/** Without the provider's keys nothing is proven. The tokens that came must not get lost for it: the former are used up. */
const verifyRenewed = async (
  conversation: Conversation,
  idToken: string,
  asked: Seconds,
): Promise<Verification | { readonly outcome: "doubtful"; readonly cause: ProviderDown }> => {
  try {
    return await conversation.verifyAnswer(idToken, asked, "renewal");
  } catch (cause) {
    if (cause instanceof ProviderDown) return { outcome: "doubtful", cause };
    throw cause;
  }
};

/** Judges a renewed id token, which has to be the same person's still (OpenID Connect Core section 12.2). */
const judgeRenewed = async (
  conversation: Conversation,
  old: TokenSet,
  idToken: string,
  asked: Seconds,
): Promise<Judgement> => {
  const verification = await verifyRenewed(conversation, idToken, asked);
  if (verification.outcome === "invalid") return { claims: undefined, because: "invalid" };
  const [before, now] = [identityOf(old.idToken), identityOf(idToken)];
  const isSamePerson = typeof now.sub === "string" && now.sub === before.sub && now.iss === before.iss;
  if (!isSamePerson) return { claims: undefined, because: "invalid" };
  if (verification.outcome !== "valid") {
    const cause = "cause" in verification ? { cause: verification.cause } : {};
    return { claims: undefined, because: verification.outcome, ...cause };
  }
  return { claims: verification.claims };
};

/**
 * Providers need not send an id token again (OpenID Connect Core section 12.2). The old one is kept while it is
 * good; after that nobody can say who this is.
 */
const keepIdToken = async (
  conversation: Conversation,
  tokens: TokenSet,
): Promise<VerifiedTokens | UselessTokens> => {
  const kept = await verifyRenewed(conversation, tokens.idToken, conversation.now());
  return kept.outcome === "valid"
    ? { tokens, claims: kept.claims }
    : { tokens, claims: undefined, because: kept.outcome === "doubtful" ? "doubtful" : "missing" };
};

/** Redeems a refresh token; see the port. */
export const refresh = async (
  conversation: Conversation,
  old: TokenSet,
): Promise<VerifiedTokens | UselessTokens | "refused"> => {
  let answer: TokenEndpoint["answer"] = () => undefined;
  const asked = conversation.now();
  try {
    const renewed = await conversation.ask((endpoint) => {
      answer = endpoint.answer;
      return refreshTokenGrant(endpoint.configuration, old.refreshToken);
    });
    const {
      id_token: idToken,
      access_token: accessToken,
      refresh_token: refreshToken = old.refreshToken,
    } = renewed;
    if (idToken === undefined) {
      return await keepIdToken(conversation, { idToken: old.idToken, accessToken, refreshToken });
    }
    const judged = await judgeRenewed(conversation, old, idToken, asked);
    return { tokens: { idToken, accessToken, refreshToken }, ...judged };
  } catch (error) {
    if (isRefused(error)) return "refused";
    // The library complains of anything in the answer; only an id token that is not valid ends the login.
    const { id_token: idToken, refresh_token: newer } = (isComplaint(error) ? answer() : undefined) ?? {};
    if (typeof idToken === "string") {
      const judged = await judgeRenewed(conversation, old, idToken, asked);
      const refreshToken = typeof newer === "string" ? newer : old.refreshToken;
      if (judged.claims === undefined) return { tokens: { ...old, idToken, refreshToken }, ...judged };
    }
    throw renewalFailure(error);
  }
};
