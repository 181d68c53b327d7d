import { describe, expect, it } from "vitest";
import { userinfo } from "../../../../src/app/usecases/identity/userinfo.ts";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import { ProviderDown } from "../../../../src/domain/failure.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import type { TokenSet } from "../../../../src/domain/sessions/token-set.ts";
import { claimNames, loginSetup } from "./login-setup.ts";
import { signInSetup } from "./sign-in-setup.ts";

const id = "s".repeat(32) as SessionId;

/** Alice's provider tells groups at its userinfo endpoint only. */
const setup = () => {
  const s = signInSetup();
  let groups = ["blab/viewers"];
  s.identityProvider.onUserinfo = () => ({ sub: "alice", groups, email: "alice@lab.example" });
  const fresh = (more: JsonObject = {}) =>
    s.identityProvider.tokensOf("alice", [], { groups: undefined, ...more });
  const answering = (tokens: TokenSet) => ({ tokens, claims: JSON.parse(tokens.idToken) as JsonObject });
  s.identityProvider.redeemCode = async () => answering(fresh());
  s.identityProvider.onRefresh = async () => answering(fresh());
  const logInAnew = async () => (await s.finish(await s.begin())).session;
  const setGroups = (now: string[]) => {
    groups = now;
  };
  const rolesOf = async (at: SessionId) => {
    const caller = await s.callerOf(at);
    return caller.kind === "user" ? [...caller.user.authzRoles] : caller.kind;
  };
  return { ...s, fresh, logInAnew, setGroups, rolesOf };
};

type Setup = ReturnType<typeof setup>;

const outage = (s: Setup) => {
  s.identityProvider.onUserinfo = () => new ProviderDown();
};

describe("a login whose id token lacks the groups", () => {
  it("asks userinfo once, and keeps what it says of them with the tokens, and nothing else", async () => {
    const s = setup();
    const tokens = await s.tokensIn((await s.logInAnew()).id);
    expect(tokens?.userinfo).toEqual({ groups: ["blab/viewers"] });
    expect(s.identityProvider.userinfoAsked).toEqual([tokens?.accessToken]);
    expect(s.log.events).toMatchObject([{ event: "sign-in", outcome: "done", roleGroups: ["blab/viewers"] }]);
  });

  it("fails as an outage while userinfo is away, and the provider forgets it", async () => {
    const s = setup();
    outage(s);
    await expect(s.logInAnew()).rejects.toThrow(ProviderDown);
    await s.background.settle();
    expect(s.identityProvider.revoked).toHaveLength(1);
    expect(s.log.events).toEqual([]);
  });

  it("fails as an outage when userinfo does not take an access token that is new", async () => {
    const s = setup();
    s.identityProvider.onUserinfo = () => "refused";
    await expect(s.logInAnew()).rejects.toMatchObject({
      code: "provider-down",
      cause: { message: expect.stringContaining("does not take the access token") },
    });
  });

  it("has no roles when userinfo does not know the claim either, and the log says so", async () => {
    const s = setup();
    s.identityProvider.onUserinfo = () => ({ sub: "alice" });
    await s.logInAnew();
    expect(s.log.events).toMatchObject([{ roleGroups: [], groupsFault: "the claim groups is missing" }]);
  });
});

it("a login whose id token has all that is needed asks nobody", async () => {
  const s = setup();
  const tokens = s.identityProvider.tokensOf("alice", []);
  s.identityProvider.redeemCode = async () => ({ tokens, claims: JSON.parse(tokens.idToken) });
  const { id: begun } = await s.logInAnew();
  expect(s.identityProvider.userinfoAsked).toEqual([]);
  expect(await s.tokensIn(begun)).toEqual(tokens);
});

it("a username may come from userinfo too, and never one that is not the id token's subject's", async () => {
  const s = loginSetup();
  const names = { username: "name", groups: "groups", subject: "sub" };
  const asking = userinfo({ ...s, claimNames: names, userinfoMode: "auto" });
  s.identityProvider.onUserinfo = () => ({ sub: "alice", name: "Alice", groups: ["other/owners"] });
  const tokens = s.identityProvider.tokensOf("alice", ["blab/viewers"]);
  const claims = JSON.parse(tokens.idToken) as JsonObject;
  const asked = await asking.askAtOnce(tokens, claims);
  // The id token's own claims stay as they are.
  expect(asking.claimsOf(asked, claims)).toEqual({ ...claims, name: "Alice" });
});

it("userinfo is asked for the id token's subject, whose answer no other person's may be", async () => {
  const s = setup();
  const asked: string[] = [];
  const { userinfo: ask } = s.identityProvider;
  s.identityProvider.userinfo = (tokens, subject) => {
    asked.push(subject);
    return ask(tokens, subject);
  };
  await s.logInAnew();
  expect(asked).toEqual(["alice"]);
});

it("completed claims are the same object for the same token, by which their user is memoized", () => {
  const s = setup();
  const token = { idToken: "i", userinfo: { groups: ["blab/viewers"] } };
  const [claims, others] = [{ sub: "alice" }, { sub: "bob" }];
  const first = s.userinfo.claimsOf(token, claims);
  expect(s.userinfo.claimsOf(token, claims)).toBe(first);
  expect(s.userinfo.claimsOf(token, others)).toEqual({ sub: "bob", groups: ["blab/viewers"] });
  expect(s.userinfo.claimsOf({ idToken: "i" }, claims)).toBe(claims);
});

describe("a session whose id token lacks the groups", () => {
  const loggedIn = async (s: Setup, more: JsonObject = {}) => {
    await s.logIn({ ...s.fresh(more), userinfo: { groups: ["blab/viewers"] } }, id);
    return id;
  };

  it("has the roles that userinfo told, and asks nobody at each request", async () => {
    const s = setup();
    await loggedIn(s);
    for (let i = 0; i < 3; i += 1) expect(await s.rolesOf(id)).toEqual(["blab/viewers"]);
    expect([s.identityProvider.userinfoAsked, s.identityProvider.refreshed]).toEqual([[], []]);
  });

  it("asks again, once, when its tokens are renewed", async () => {
    const s = setup();
    await loggedIn(s, { exp: s.clock.now() - 1 });
    s.setGroups(["blab/owners"]);
    for (let i = 0; i < 3; i += 1) expect(await s.rolesOf(id)).toEqual(["blab/owners"]);
    expect(s.identityProvider.userinfoAsked).toEqual([(await s.tokensIn(id))?.accessToken]);
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });

  it("is unverified while userinfo is away, loses no refresh token by it, and goes on afterwards", async () => {
    const s = setup();
    await loggedIn(s, { exp: s.clock.now() - 1 });
    const { onUserinfo } = s.identityProvider;
    outage(s);
    for (let i = 0; i < 3; i += 1) {
      expect(await s.rolesOf(id)).toBe("unverified");
      s.clock.pass(1);
    }
    expect(s.identityProvider.refreshed).toHaveLength(1);
    expect(s.log.events).toMatchObject([
      { event: "renewal", outcome: "broken", username: "alice" },
      { event: "renewal", outcome: "broken" },
      { event: "renewal", outcome: "broken" },
    ]);
    s.identityProvider.onUserinfo = onUserinfo;
    expect(await s.rolesOf(id)).toEqual(["blab/viewers"]);
    expect(s.identityProvider.refreshed).toHaveLength(1);
    expect(s.identityProvider.revoked).toEqual([]);
  });

  it("asks at its next use if nobody has asked yet, as in a session of an older version", async () => {
    const s = setup();
    await s.logIn(s.fresh(), id);
    expect(await s.rolesOf(id)).toEqual(["blab/viewers"]);
    expect(await s.rolesOf(id)).toEqual(["blab/viewers"]);
    expect(s.identityProvider.userinfoAsked).toHaveLength(1);
    expect(s.identityProvider.refreshed).toEqual([]);
  });

  it("renews its tokens first when its access token has expired", async () => {
    const s = setup();
    const first = s.fresh();
    const { onUserinfo } = s.identityProvider;
    s.identityProvider.onUserinfo = (token) => (token === first.accessToken ? "refused" : onUserinfo(token));
    await s.logIn(first, id);
    expect(await s.rolesOf(id)).toEqual(["blab/viewers"]);
    expect(s.identityProvider.refreshed).toEqual([first.refreshToken]);
    expect(s.identityProvider.userinfoAsked).toHaveLength(2);
  });

  it("is in doubt when it is renewed and nobody knows a username any more, and does not end", async () => {
    const s = setup();
    const asking = { ...s.userinfo, claimsOf: () => ({ sub: "" }) };
    const { renewTokens } = await import("../../../../src/app/usecases/sessions/renew-tokens.ts");
    const renew = renewTokens({
      ...s,
      userinfo: asking,
      claimNames,
      idleTimeout: 1000,
      lockTimeout: 1,
      wait: async () => {},
    });
    await s.logIn(s.fresh({ exp: s.clock.now() - 1 }), id);
    await expect(renew(id)).rejects.toMatchObject({
      code: "provider-down",
      cause: { message: "After a renewal, the claim sub holds an empty text; it has to be a text" },
    });
    expect(await s.tokensIn(id)).toBeDefined();
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([]);
  });
});

it("userinfo is never asked for a Bearer token, nor where the operator has said never", async () => {
  const s = setup();
  const { idToken } = s.fresh({ aud: "cli" });
  const caller = await s.identify({ kind: "bearer", token: idToken });
  expect(caller).toMatchObject({ kind: "user", user: { groupsFault: "the claim groups is missing" } });
  const never = userinfo({ ...s, claimNames, userinfoMode: "never" });
  expect(never.isDue({ idToken }, {})).toBe(false);
  expect(s.identityProvider.userinfoAsked).toEqual([]);
});
