import { describe, expect, it } from "vitest";
import { setNotBefore } from "../../../../src/app/usecases/sessions/set-not-before.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import { byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import type { SealedText, TokenSet } from "../../../../src/domain/sessions/token-set.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const alice = "alice" as Username;

type Setup = ReturnType<typeof loginSetup>;

/** The provider renews by these tokens, after this has happened. */
const renewsBy = (s: Setup, tokens: TokenSet, before: () => Promise<unknown> = async () => undefined) => {
  s.identityProvider.onRefresh = async () => {
    await before();
    return { tokens, claims: JSON.parse(tokens.idToken) };
  };
};

const replaceTokens = async (s: Setup, id: SessionId, tokens: TokenSet) => {
  const stored = (await s.sessions.load(id, idleTimeout)) ?? expect.unreachable();
  const login = stored.session.login ?? expect.unreachable();
  expect(await s.tokens.replace(id, stored, login, tokens)).toBe(true);
};

const expired = async () => {
  const s = loginSetup();
  const first = s.identityProvider.tokensOf("alice", [], { exp: s.clock.now() - 1 });
  return { ...s, first, id: await s.logIn(first) };
};

describe("renewed tokens", () => {
  it.each(["refreshToken", "idToken"] as const)(
    "never replace those that differ by their %s alone",
    async (part) => {
      const s = await expired();
      const { [part]: other } = s.identityProvider.tokensOf("alice");
      const newer = { ...s.first, [part]: other };
      renewsBy(s, s.identityProvider.tokensOf("alice"), () => replaceTokens(s, s.id, newer));
      await s.renew(s.id);
      expect(await s.tokensIn(s.id)).toEqual(newer);
    },
  );

  it("never replace those that cannot be opened any more, which another version may have sealed", async () => {
    const s = await expired();
    renewsBy(s, s.identityProvider.tokensOf("alice"), async () => {
      const { session, revision } = (await s.sessions.peek(s.id)) ?? expect.unreachable();
      const login = { ...(session.login ?? expect.unreachable()), sealedTokens: "another" as SealedText };
      await s.sessions.replace(s.id, { login }, revision, idleTimeout);
    });
    await s.renew(s.id);
    expect((await s.sessions.peek(s.id))?.session.login?.sealedTokens).toBe("another");
  });

  it("register their session under a new username of the same person", async () => {
    const s = loginSetup();
    const id = "s".repeat(32) as SessionId;
    const person = { issuer: "https://idp.example.org", subject: "alice" as Subject };
    const since = s.clock.now();
    const sealedTokens = s.tokens.seal(id, s.identityProvider.tokensOf("alice", [], { exp: since - 1 }));
    const login = { username: "smith" as Username, person, since, sealedTokens };
    await s.registered.register(id, login);
    await s.sessions.create(id, { login }, idleTimeout);
    await s.renew(id);
    expect(await s.registry.list(byUsername(alice))).toEqual([id]);
  });

  it("are not tried again to be stored after an error of this program, which passes", async () => {
    const s = await expired();
    const before = s.clock.now();
    renewsBy(s, s.identityProvider.tokensOf("alice"), async () => {
      s.sessions.replace = () => Promise.reject(new TypeError("x is not a function"));
    });
    await expect(s.renew(s.id)).rejects.toThrow(TypeError);
    expect(s.clock.now()).toBe(before);
  });
});

describe("a renewal after a change of rights", () => {
  /** Somebody whose token is valid and stale. */
  const stale = async (more: Partial<TokenSet> = {}) => {
    const s = loginSetup();
    s.clock.pass(0.25);
    const first = { ...s.identityProvider.tokensOf("alice"), ...more };
    const id = await s.logIn(first);
    s.clock.pass(1);
    await setNotBefore(s.marks, alice);
    return { ...s, id, first };
  };

  it("does not make an id token fresh that the provider has not replaced", async () => {
    const s = await stale();
    renewsBy(s, s.first);
    await s.callerOf(s.id);
    expect((await s.tokensIn(s.id))?.renewedAfterMark).toBeUndefined();
    await s.callerOf(s.id);
    expect(s.identityProvider.refreshed).toHaveLength(2);
  });

  it("leaves such a token the mark that it was renewed after before", async () => {
    const s = await stale({ renewedAfterMark: 7 });
    renewsBy(s, { idToken: s.first.idToken, accessToken: "new", refreshToken: "new" });
    await s.callerOf(s.id);
    expect(await s.tokensIn(s.id)).toEqual({
      idToken: s.first.idToken,
      accessToken: "new",
      refreshToken: "new",
      renewedAfterMark: 7,
    });
  });

  it("is no renewal after the mark while that is ahead by its rounding, since another change may get the same one", async () => {
    const s = await stale();
    await s.callerOf(s.id);
    expect((await s.tokensIn(s.id))?.renewedAfterMark).toBe(s.clock.now());
    expect(await s.marks.find(alice)).toBe(Math.ceil(s.clock.now()));
  });
});
