import { SignInFailed, SignInLost } from "../../../domain/failure.ts";
import type { ClaimNames, User } from "../../../domain/identity/user.ts";
import { userFault, userFromClaims } from "../../../domain/identity/user.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import { loginAttemptContext } from "../../../domain/sessions/encryption-context.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import { checkAttempt, loginAttemptLifetime, parseAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { ReturnPath } from "../../../domain/sessions/return-path.ts";
import { providerNames } from "../../../domain/sessions/session-owner.ts";
import type { IdentityProvider, VerifiedTokens } from "../../../ports/driven/identity/identity-provider.ts";
import type { ReplayCache } from "../../../ports/driven/sessions/replay-cache.ts";
import type { TokenSealer } from "../../../ports/driven/sessions/token-sealer.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { AuthorizationResponse } from "../../../ports/driving/sign-in.ts";
import type { RevokeLogin } from "./revoke-login.ts";
import type { Userinfo } from "./userinfo.ts";

export interface ExchangeDeps {
  readonly identityProvider: Pick<IdentityProvider, "redeemCode">;
  readonly sealer: Pick<TokenSealer, "open">;
  readonly replayCache: Pick<ReplayCache, "claim">;
  readonly userinfo: Userinfo;
  readonly revoke: RevokeLogin;
  readonly clock: Clock;
  readonly log: Log;
  readonly claimNames: ClaimNames;
}

/** The tokens that a code was exchanged for, and their user. */
export interface Exchanged extends VerifiedTokens {
  readonly user: User;
  readonly returnTo: ReturnPath;
}

/**
 * Exchanges the code of an authorization response for tokens, once for each attempt, and identifies their user. Tokens
 * that cannot be used are revoked.
 */
export const exchangeCode = async (d: ExchangeDeps, answer: AuthorizationResponse): Promise<Exchanged> => {
  const attempt = answeredAttempt(d, answer);
  await claimAttempt(d, attempt);
  const verified = await withUserinfo(d, await redeem(d, attempt, answer.query));
  return { ...verified, user: namedUser(d, verified), returnTo: attempt.returnTo };
};

const refuse = (
  { log }: ExchangeDeps,
  { reason, description }: { readonly reason: string; readonly description: string | undefined },
): void =>
  log.write({
    event: "sign-in",
    outcome: "refused",
    reason,
    ...(description === undefined ? {} : { description }),
  });

/** The attempt that this browser started. Without one the response is untrusted, and its error is logged only. */
const answeredAttempt = (
  d: ExchangeDeps,
  { sealedAttempt, state, query }: AuthorizationResponse,
): LoginAttempt => {
  const opened = sealedAttempt && d.sealer.open(sealedAttempt, loginAttemptContext(state));
  const attempt = opened && parseAttempt(opened.text);
  const checked = attempt ? checkAttempt(attempt, state, d.clock.now()) : "unknown";
  if (attempt && checked === "valid") return attempt;
  const lost = new SignInLost(checked === "expired" ? "expired" : "unknown");
  const description = new URLSearchParams(query).get("error") ?? undefined;
  const reason = opened && !attempt ? malformed : lost.message;
  refuse(d, { reason, description: description && sanitizeText(description, 100) });
  throw lost;
};

const malformed = "What this server keeps of the login cannot be read; another version may have begun it.";

/** Accepts an attempt once, so that made-up codes do not each cost a request to the provider. */
const claimAttempt = async (d: ExchangeDeps, { state }: LoginAttempt): Promise<void> => {
  if (await d.replayCache.claim(`login ${state}`, loginAttemptLifetime)) return;
  const lost = new SignInLost("unknown");
  refuse(d, { reason: lost.message, description: undefined });
  throw lost;
};

/** Redeems the code, or fails with the response's error (RFC 6749 section 4.1.2.1). */
const redeem = async (d: ExchangeDeps, attempt: LoginAttempt, query: string): Promise<VerifiedTokens> => {
  const answer = new URLSearchParams(query);
  const error = answer.get("error");
  const description = answer.get("error_description") ?? undefined;
  try {
    if (error !== null) throw new SignInFailed(error, { providerError: { error, description } });
    return await d.identityProvider.redeemCode(attempt, query);
  } catch (failed) {
    if (!(failed instanceof SignInFailed)) throw failed;
    const { reason, providerError, cause } = failed;
    refuse(d, { reason, description: providerError?.description });
    throw new SignInFailed(reason, { providerError, cause, returnTo: attempt.returnTo });
  }
};

/** Completes the claims. When userinfo is unavailable the login has failed, and its tokens are revoked. */
const withUserinfo = async (d: ExchangeDeps, { tokens, claims }: VerifiedTokens): Promise<VerifiedTokens> => {
  if (!d.userinfo.isDue(tokens, claims)) return { tokens, claims };
  try {
    const asked = await d.userinfo.askAtOnce(tokens, claims);
    return { tokens: asked, claims: d.userinfo.claimsOf(asked, claims) };
  } catch (error) {
    d.revoke(providerNames(claims), tokens, "unless-shared");
    throw error;
  }
};

const namedUser = (d: ExchangeDeps, { tokens, claims }: VerifiedTokens): User => {
  const user = userFromClaims(claims, d.claimNames);
  if (user) return user;
  d.revoke(providerNames(claims), tokens, "unless-shared");
  const reason = userFault(claims, d.claimNames);
  refuse(d, { reason, description: undefined });
  throw new SignInFailed(reason);
};
