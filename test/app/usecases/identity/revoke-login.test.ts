import { expect, it } from "vitest";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import { idleTimeout, loginSetup } from "./login-setup.ts";

const other = "o".repeat(32) as SessionId;
const login = { subject: "alice", providerSession: "s1" };

const setup = async () => {
  const s = loginSetup();
  const tokens = s.identityProvider.tokensOf("alice");
  const shared = {
    username: "alice" as Username,
    since: 1,
    sealedTokens: s.tokens.seal(other, tokens),
    ...login,
  };
  await s.registered.register(other, shared);
  await s.sessions.create(other, { login: shared }, idleTimeout);
  return { ...s, ended: s.identityProvider.tokensOf("alice") };
};

it("a login that ended for certain is revoked at once, whoever shares its provider session", async () => {
  const s = await setup();
  s.revoke(login, s.ended, "always");
  expect(s.background.waiting).toEqual([{ what: "revoking a refresh token", after: 0 }]);
  await s.background.settle();
  expect(s.identityProvider.revoked).toEqual([s.ended.refreshToken]);
});

it("one that may be shared waits for the session that another login is about to store", async () => {
  const s = await setup();
  s.revoke(login, s.ended, "unless-shared");
  expect(s.background.waiting).toEqual([{ what: "revoking a refresh token", after: 0.5 }]);
  await s.background.settle();
  expect(s.identityProvider.revoked).toEqual([]);
});

it("another person's login at a provider session of the same name is no sharing", async () => {
  const s = await setup();
  s.revoke({ ...login, subject: "bob" }, s.ended, "unless-shared");
  await s.background.settle();
  expect(s.identityProvider.revoked).toEqual([s.ended.refreshToken]);
});
