import type { Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { Credentials, SessionCredentials } from "../../../domain/identity/caller.ts";
import { replaceOrigin } from "../../../domain/identity/provider-metadata.ts";
import type { User } from "../../../domain/identity/user.ts";
import { loginAttemptContext } from "../../../domain/sessions/encryption-context.ts";
import type { LoginAttempt } from "../../../domain/sessions/login-attempt.ts";
import type { Login, Session, SessionId } from "../../../domain/sessions/session.ts";
import { valuesOf } from "../../../domain/sessions/session.ts";
import { isOfAnotherProviderSession, providerNames } from "../../../domain/sessions/session-owner.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { TokenSealer } from "../../../ports/driven/sessions/token-sealer.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { SignIn } from "../../../ports/driving/sign-in.ts";
import type { RecordSignIn } from "../people/record-sign-in.ts";
import type { Background } from "../sessions/background.ts";
import type { RegisteredSessions } from "../sessions/registered-sessions.ts";
import type { SessionTokens } from "../sessions/session-tokens.ts";
import { newSessionId } from "../sessions/sessions.ts";
import type { ExchangeDeps, Exchanged } from "./exchange-code.ts";
import { exchangeCode } from "./exchange-code.ts";
import { summarizeRoleGroups } from "./role-group-summary.ts";

interface Deps extends ExchangeDeps {
  readonly identityProvider: IdentityProvider;
  readonly sealer: TokenSealer;
  readonly sessions: Pick<SessionStore, "create">;
  readonly tokens: SessionTokens;
  readonly registered: Pick<RegisteredSessions, "register" | "end">;
  readonly background: Background;
  readonly recordSignIn: RecordSignIn;
  readonly catalogue: Pick<RoleGroupCatalogue, "all">;
  readonly random: Random;
  readonly idleTimeout: Seconds;
  /** Only of the embedded provider, which is reached by every origin of the server: the one in its metadata. */
  readonly providerOrigin: string | undefined;
}

/** Bytes in a state, a nonce and a PKCE verifier: 43 characters each. */
const secretBytes = 32;

export const signIn = (d: Deps): SignIn => ({
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
      authorizationUrl: seenFrom(d, origin, url),
      state: attempt.state,
      sealedAttempt: d.sealer.seal(JSON.stringify(attempt), loginAttemptContext(attempt.state)),
    };
  },
  finish: async (answer, browser) => {
    // Before the code is redeemed: a logout token that comes from now on may be about this login.
    const since = d.clock.now();
    const exchanged = await exchangeCode(d, answer);
    // A new id, never one that a client sent, which prevents session fixation.
    const id = newSessionId(d.random);
    const login = loginOf(d, id, exchanged, { since, client: browser.client });
    try {
      const session = await beginSession(d, id, login, browser.session);
      logSignedIn(d, exchanged.user);
      d.recordSignIn(exchanged.user);
      return { session, returnTo: exchanged.returnTo };
    } catch (error) {
      takeBack(d, id, login, exchanged.tokens);
      throw error;
    }
  },
  logOut: async (origin, used, sent) => {
    // An answer of "logged out" needs the session's end to be confirmed.
    if (used.kind === "session-unavailable") throw used.cause;
    await d.registered.end([...sent], "logged out", "always");
    return endSessionUrl(d, origin, used);
  },
});

const seenFrom = ({ providerOrigin }: Deps, origin: string, url: string): string =>
  providerOrigin === undefined ? url : replaceOrigin(url, providerOrigin, origin);

const loginOf = (
  d: Deps,
  id: SessionId,
  { user, claims, tokens }: Exchanged,
  { since, client }: { readonly since: Seconds; readonly client: string | undefined },
): Login => ({
  username: user.username,
  person: user.person,
  since,
  ...providerNames(claims),
  sealedTokens: d.tokens.seal(id, tokens),
  ...(client === undefined ? {} : { client }),
});

/** Ends the browser's former session first, so that it does not count towards the limit of sessions of one person. */
const beginSession = async (
  d: Deps,
  id: SessionId,
  login: Login,
  former: Credentials,
): Promise<SessionCredentials> => {
  if (former.kind === "session") await endFormer(d, former, login);
  const values = former.kind === "session" ? valuesOf(former.stored.session) : {};
  const session: Session = { ...values, login };
  await d.registered.register(id, login);
  return {
    kind: "session",
    id,
    stored: { session, revision: await d.sessions.create(id, session, d.idleTimeout) },
  };
};

/** Ends the browser's former session, and revokes its login unless it shares the provider session with the new one. */
const endFormer = async (d: Deps, { id, stored }: SessionCredentials, login: Login): Promise<void> => {
  const former = stored.session.login;
  if (former && isOfAnotherProviderSession(former, login))
    await d.registered.end([id], "logged out", "always");
  else await d.registered.end([id], "logged in anew", undefined);
};

/**
 * Revokes, in the background, a login whose session could not be stored, and ends that session, whose id no client
 * has got.
 */
const takeBack = (d: Deps, id: SessionId, login: Login, tokens: TokenSet): void => {
  const work = async (): Promise<void> => {
    // The failed write may have been applied, and the session would count as one that shares this login.
    await d.registered.end([id], "it could not be handed over", undefined);
    d.revoke(login, tokens, "unless-shared");
  };
  d.background.add("taking back a login that could not be stored", work);
};

const logSignedIn = ({ log, catalogue }: Deps, user: User): void =>
  log.write({
    event: "sign-in",
    outcome: "done",
    username: user.username,
    subject: user.person.subject,
    ...summarizeRoleGroups(catalogue, user),
  });

const endSessionUrl = async (d: Deps, origin: string, used: Credentials): Promise<string | undefined> => {
  const login = used.kind === "session" ? used.stored.session.login : undefined;
  const opened = used.kind === "session" && login ? d.tokens.open(used.id, login) : undefined;
  try {
    const url = await d.identityProvider.endSessionUrl(origin, opened?.tokens.idToken);
    return url && seenFrom(d, origin, url);
  } catch (error) {
    // With the provider away, the session here ends all the same.
    if (error instanceof ProviderDown) return undefined;
    throw error;
  }
};
