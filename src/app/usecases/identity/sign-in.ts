import { SignInFailed, SignInLost } from "../../../domain/failure.ts";
import { replaceOrigin } from "../../../domain/identity/provider-metadata.ts";
import type { ClaimNames, User } from "../../../domain/identity/user.ts";
import { userFault, userFromClaims } from "../../../domain/identity/user.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import { loginAttemptContext } from "../../../domain/sessions/encryption-context.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import { checkAttempt, loginAttemptLifetime, parseAttempt } from "../../../domain/sessions/login-attempt.ts";
import { providerNames } from "../../../domain/sessions/session-owner.ts";
import type { SealedText } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider, VerifiedTokens } from "../../../ports/driven/identity/identity-provider.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { ReplayCache } from "../../../ports/driven/sessions/replay-cache.ts";
import type { TokenSealer } from "../../../ports/driven/sessions/token-sealer.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { SignIn } from "../../../ports/driving/sign-in.ts";
import type { Background } from "../sessions/background.ts";
import type { RegisteredSessions } from "../sessions/registered-sessions.ts";
import type { SessionTokens } from "../sessions/session-tokens.ts";
import type { RevokeLogin } from "./revoke-login.ts";
import { summarizeRoleGroups } from "./role-group-summary.ts";
import type { Userinfo } from "./userinfo.ts";

interface Deps {
  readonly identityProvider: IdentityProvider;
  readonly sealer: TokenSealer;
  readonly tokens: SessionTokens;
  readonly registered: Pick<RegisteredSessions, "end">;
  readonly revoke: RevokeLogin;
  readonly background: Background;
  readonly userinfo: Userinfo;
  readonly replayCache: Pick<ReplayCache, "claim">;
  readonly catalogue: Pick<RoleGroupCatalogue, "all">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly claimNames: ClaimNames;
  /** Where the embedded provider lives: it has every origin that the server has. */
  readonly providerOrigin: string | undefined;
}

/** Bytes in a state, a nonce and a PKCE verifier: 43 characters each. */
const secretBytes = 32;

export const signIn = (d: Deps): SignIn => {
  const seenFrom = (origin: string, url: string) =>
    d.providerOrigin === undefined ? url : replaceOrigin(url, d.providerOrigin, origin);
  return {
    begin: async (origin, returnTo, slot) => {
      const attempt: LoginAttempt = {
        state: slot + d.random.text(secretBytes),
        nonce: d.random.text(secretBytes),
        codeVerifier: d.random.text(secretBytes),
        redirectUri: `${origin}/logged-in`,
        returnTo,
        begun: d.clock.now(),
      };
      const url = await d.identityProvider.authorizationUrl(attempt);
      return {
        authorizationUrl: seenFrom(origin, url),
        state: attempt.state,
        sealedAttempt: d.sealer.seal(JSON.stringify(attempt), loginAttemptContext(attempt.state)),
      };
    },
    finish: async (sessionId, sealedAttempt, state, query) => {
      // Before the code is redeemed: a notice that comes from now on may be about this login.
      const since = d.clock.now();
      const attempt = answeredAttempt(d, sealedAttempt, state, query);
      await claimAttempt(d, attempt);
      const { tokens, claims } = await withUserinfo(d, await redeem(d, attempt, query));
      const user = namedUser(d, { tokens, claims });
      logSignedIn(d, user);
      const sealedTokens = d.tokens.seal(sessionId, tokens);
      return {
        login: {
          username: user.username,
          person: user.person,
          since,
          ...providerNames(claims),
          sealedTokens,
        },
        returnTo: attempt.returnTo,
      };
    },
    abandon: (sessionId, login) => {
      const takeBack = async (): Promise<void> => {
        // Nobody knows whether the write that failed was done; the session would pass for one that lives on this.
        await d.registered.end([sessionId], "it could not be handed over", undefined);
        const opened = d.tokens.open(sessionId, login);
        if (opened) d.revoke(login, opened.tokens, "unless-shared");
      };
      d.background.add("taking back a login that could not be stored", takeBack);
    },
    endSessionUrl: async (origin, sessionId, login) => {
      const opened = sessionId && login && d.tokens.open(sessionId, login);
      const url = await d.identityProvider.endSessionUrl(origin, opened?.tokens.idToken);
      return url && seenFrom(origin, url);
    },
  };
};

const logSignedIn = ({ log, catalogue }: Deps, user: User): void =>
  log.write({
    event: "sign-in",
    outcome: "done",
    username: user.username,
    subject: user.person.subject,
    ...summarizeRoleGroups(catalogue, user),
  });

const refuse = (
  { log }: Deps,
  { reason, description }: { readonly reason: string; readonly description: string | undefined },
): void =>
  log.write({
    event: "sign-in",
    outcome: "refused",
    reason,
    ...(description === undefined ? {} : { description }),
  });

/** The attempt that the browser began; who brings none may say what they like, and it is not shown. */
const answeredAttempt = (
  d: Deps,
  sealedAttempt: SealedText | undefined,
  state: string,
  query: string,
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

/** Codes that somebody invents must not each cost a request to the provider: the first one counts. */
const claimAttempt = async (d: Deps, { state }: LoginAttempt): Promise<void> => {
  if (await d.replayCache.claim(`login ${state}`, loginAttemptLifetime)) return;
  const lost = new SignInLost("unknown");
  refuse(d, { reason: lost.message, description: undefined });
  throw lost;
};

/** Redeems the code; the provider's error instead of one (RFC 6749 section 4.1.2.1) is a failure like others. */
const redeem = async (d: Deps, attempt: LoginAttempt, query: string): Promise<VerifiedTokens> => {
  const answer = new URLSearchParams(query);
  const error = answer.get("error");
  const description = answer.get("error_description") ?? undefined;
  try {
    if (error !== null) throw new SignInFailed(error, { said: { error, description } });
    return await d.identityProvider.redeemCode(attempt, query);
  } catch (failed) {
    if (!(failed instanceof SignInFailed)) throw failed;
    const { reason, said, cause } = failed;
    refuse(d, { reason, description: said?.description });
    throw new SignInFailed(reason, { said, cause, returnTo: attempt.returnTo });
  }
};

/** A login whose claims cannot be had now has failed, and the provider is to forget it. */
const withUserinfo = async (d: Deps, { tokens, claims }: VerifiedTokens): Promise<VerifiedTokens> => {
  if (!d.userinfo.isDue(tokens, claims)) return { tokens, claims };
  try {
    const asked = await d.userinfo.askAtOnce(tokens, claims);
    return { tokens: asked, claims: d.userinfo.claimsOf(asked, claims) };
  } catch (error) {
    d.revoke(providerNames(claims), tokens, "unless-shared");
    throw error;
  }
};

const namedUser = (d: Deps, { tokens, claims }: VerifiedTokens): User => {
  const user = userFromClaims(claims, d.claimNames);
  if (user) return user;
  d.revoke(providerNames(claims), tokens, "unless-shared");
  const reason = userFault(claims, d.claimNames);
  refuse(d, { reason, description: undefined });
  throw new SignInFailed(reason);
};
