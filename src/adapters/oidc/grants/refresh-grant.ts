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
import type { Conversation } from "../requests/conversation.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";
import { isComplaint, isRefused, renewalFailure } from "./token-endpoint.ts";

/** What a token says that has been verified before: an old one when it was sealed. */
const claimsOf = (idToken: string): JWTPayload => {
  try {
    return decodeJwt(idToken);
  } catch (error) {
    if (error instanceof errors.JOSEError) return {};
    throw error;
  }
};

type Doubt = { readonly outcome: "unverifiable"; readonly cause: unknown };

/** Without the provider's keys nothing is proven. The tokens that came must not get lost for it: the former are used up. */
const verifyRenewed = async (
  conversation: Conversation,
  idToken: string,
  asked: Seconds,
): Promise<Exclude<Verification, { readonly outcome: "unverifiable" }> | Doubt> => {
  try {
    const verification = await conversation.verifyAnswer(idToken, asked, "renewal");
    if (verification.outcome !== "unverifiable") return verification;
    return { outcome: "unverifiable", cause: new Error(verification.reason) };
  } catch (cause) {
    if (cause instanceof ProviderDown) return { outcome: "unverifiable", cause };
    throw cause;
  }
};

/**
 * Judges renewed tokens, which have to be the same person's still (OpenID Connect Core section 12.2). An id token that is
 * not valid tells of the provider's keys, of its settings or of ours: nobody has said that the login is over. Then the
 * old one stays, which says whose the session is.
 */
const judgeRenewed = async (
  conversation: Conversation,
  old: TokenSet,
  renewed: TokenSet,
  asked: Seconds,
): Promise<VerifiedTokens | UntrustedTokens> => {
  const verification = await verifyRenewed(conversation, renewed.idToken, asked);
  const [before, now] = [claimsOf(old.idToken), claimsOf(renewed.idToken)];
  if (verification.outcome === "invalid" || now.sub === undefined) {
    const { accessToken, refreshToken } = renewed;
    const cause = new Error("reason" in verification ? verification.reason : "It names no subject.");
    return {
      tokens: { ...old, accessToken, refreshToken },
      claims: undefined,
      because: "unverifiable",
      cause,
    };
  }
  if (now.sub !== before.sub || now.iss !== before.iss) {
    return { tokens: renewed, claims: undefined, because: "wrong-subject" };
  }
  if (verification.outcome === "valid") return { tokens: renewed, claims: verification.claims };
  const cause = "cause" in verification ? { cause: verification.cause } : {};
  return { tokens: renewed, claims: undefined, because: verification.outcome, ...cause };
};

/**
 * Providers need not send an id token again (OpenID Connect Core section 12.2). The old one is kept while it is
 * good; after that nobody can say who this is, whether the key that signed it is still known or not.
 */
const keepIdToken = async (
  conversation: Conversation,
  tokens: TokenSet,
): Promise<VerifiedTokens | UntrustedTokens> => {
  const { exp } = claimsOf(tokens.idToken);
  const isOver = typeof exp === "number" && exp <= conversation.now();
  const kept = isOver
    ? ({ outcome: "expired" } as const)
    : await verifyRenewed(conversation, tokens.idToken, conversation.now());
  if (kept.outcome === "valid") return { tokens, claims: kept.claims };
  if (kept.outcome === "expired") return { tokens, claims: undefined, because: "missing" };
  const cause = "cause" in kept ? kept.cause : new Error(kept.reason);
  return { tokens, claims: undefined, because: "unverifiable", cause };
};

/** Redeems a refresh token; see the port. */
export const refresh = async (
  conversation: Conversation,
  old: TokenSet,
): Promise<VerifiedTokens | UntrustedTokens | "refused"> => {
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
    return await judgeRenewed(conversation, old, { idToken, accessToken, refreshToken }, asked);
  } catch (error) {
    if (isRefused(error)) return "refused";
    // The library complains of anything in the answer; only another person's id token ends the login.
    const { id_token: idToken, refresh_token: newer } = (isComplaint(error) ? answer() : undefined) ?? {};
    if (typeof idToken === "string") {
      const refreshToken = typeof newer === "string" ? newer : old.refreshToken;
      const judged = await judgeRenewed(conversation, old, { ...old, idToken, refreshToken }, asked);
      if (judged.claims === undefined) return judged;
    }
    throw renewalFailure(error);
  }
};
