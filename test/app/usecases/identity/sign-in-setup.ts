import { expect } from "vitest";
import { signIn } from "../../../../src/app/usecases/identity/sign-in.ts";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import type { SessionCredentials } from "../../../../src/domain/identity/caller.ts";
import type { ClaimNames, User } from "../../../../src/domain/identity/user.ts";
import { home } from "../../../../src/domain/sessions/return-path.ts";
import type { Login } from "../../../../src/domain/sessions/session.ts";
import type { AuthorizationResponse, SignIn, SignInBrowser } from "../../../../src/ports/driving/sign-in.ts";
import { publicGroup } from "../../../domain/sample.ts";
import { claimNames, idleTimeout, loginSetup } from "./login-setup.ts";

export const origin = "https://groups.example.org";

/** A browser that has no session. */
export const newcomer: SignInBrowser = { session: { kind: "none" }, client: undefined };

/** What a browser kept of a login that it began, and brings back. */
export type Begun = Pick<AuthorizationResponse, "sealedAttempt" | "state">;

/** Logins in memory, and what they begin. */
export const signInSetup = (providerOrigin?: string) => {
  const s = { ...loginSetup(), catalogue: { all: () => [publicGroup] } };
  let count = 0;
  const random = { text: (bytes: number) => `random-${bytes}-${++count}`, fraction: () => 0 };
  const signedIn: User[] = [];
  const recordSignIn = (user: User) => void signedIn.push(user);
  const signInNaming = (names: ClaimNames): SignIn =>
    signIn({ ...s, random, idleTimeout, claimNames: names, providerOrigin, recordSignIn });
  const byDefault = signInNaming(claimNames);

  const begin = (returnTo = home) => byDefault.begin(origin, returnTo, "a");
  const finish = (begun: Begun, { query = "code=1", browser = newcomer, by = byDefault } = {}) =>
    by.finish({ sealedAttempt: begun.sealedAttempt, state: begun.state, query }, browser);

  /** The provider answers codes with alice's tokens, which make these claims. */
  const answerWith = (more: JsonObject) => {
    const tokens = s.identityProvider.tokensOf("alice", [], more);
    s.identityProvider.redeemCode = async () => ({ tokens, claims: JSON.parse(tokens.idToken) });
    return tokens;
  };

  /** Logs alice in, by tokens that make these claims. */
  const logInBy = async (more: JsonObject = {}, browser = newcomer) => {
    const { refreshToken } = answerWith(more);
    const { session } = await finish(await begin(), { browser });
    return { session, refreshToken };
  };

  return { ...s, signedIn, signIn: byDefault, signInNaming, begin, finish, answerWith, logInBy };
};

export const loginIn = ({ stored }: SessionCredentials): Login =>
  stored.session.login ?? expect.unreachable();
