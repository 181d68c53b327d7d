import { describe, expect, it } from "vitest";
import { ProviderDown, StoreDown } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { byPerson, byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import type { SealedText, TokenSet } from "../../../../src/domain/sessions/token-set.ts";
import type { VerifiedTokens } from "../../../../src/ports/driven/identity/identity-provider.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const alice = { kind: "user", user: { username: "alice" } };
const notRenewed = { kind: "anonymous", loginEnd: "not-renewed" };

/** Somebody whose id token has expired. */
const expired = async () => {
  const s = loginSetup();
  const first = s.identityProvider.tokensOf("alice", ["blab/viewers"], { exp: s.clock.now() - 1 });
  const id = await s.logIn(first);
  return { ...s, id, first };
};

type Setup = Awaited<ReturnType<typeof expired>>;

/** Makes the provider do something to the session while it is asked to refresh. */
const duringRefresh = (s: Setup, meanwhile: () => Promise<unknown>): TokenSet => {
  const tokens = s.identityProvider.tokensOf("alice", ["blab/editors"]);
  s.identityProvider.onRefresh = async (): Promise<VerifiedTokens> => {
    await meanwhile();
    return { tokens, claims: JSON.parse(tokens.idToken) };
  };
  return tokens;
};

const writeValues = async (s: Setup, counter: number) => {
  const stored = await s.sessions.load(s.id, idleTimeout);
  if (!stored) throw new Error("there is no session");
  await s.sessions.replace(s.id, { ...stored.session, counter }, stored.revision, idleTimeout);
};

describe("an expired id token", () => {
  it("is renewed, and the new tokens are kept", async () => {
    const s = await expired();
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toEqual([s.first.refreshToken]);
    expect((await s.tokensIn(s.id))?.refreshToken).not.toBe(s.first.refreshToken);
    expect(s.log.events).toEqual([{ event: "renewal", outcome: "done", username: "alice" }]);
  });

  it("is renewed once when many requests come at once", async () => {
    const s = await expired();
    const callers = await Promise.all(Array.from({ length: 8 }, () => s.callerOf(s.id)));
    for (const caller of callers) expect(caller).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });

  it("gives the roles that its owner has now", async () => {
    const s = await expired();
    duringRefresh(s, async () => undefined);
    const caller = await s.callerOf(s.id);
    expect(caller.kind === "user" && [...caller.user.authzRoles]).toEqual(["blab/editors"]);
  });
});

describe("a renewal that calls its owner by another name", () => {
  it("makes the session theirs by that name, for who looks for it", async () => {
    const s = await expired();
    const tokens = s.identityProvider.tokensOf("alice-smith");
    s.identityProvider.onRefresh = async () => ({ tokens, claims: JSON.parse(tokens.idToken) });
    expect(await s.callerOf(s.id)).toMatchObject({ user: { username: "alice-smith" } });
    const found = await s.registered.find([byUsername("alice-smith" as Username)], () => true);
    expect(found).toMatchObject([{ id: s.id, login: { username: "alice-smith" } }]);
  });
});

describe("a renewal that says who a session's owner is", () => {
  it("makes the session theirs when version 0.1 began it, for who looks for it", async () => {
    const s = await expired();
    await s.callerOf(s.id);
    const person = { issuer: "https://idp.example.org", subject: "alice" as Subject };
    const found = await s.registered.find([byPerson(person)], () => true);
    expect(found).toMatchObject([{ id: s.id, login: { username: "alice", person } }]);
  });

  it("does so no more than once", async () => {
    const s = await expired();
    await s.callerOf(s.id);
    let entered = 0;
    const { add } = s.registry;
    s.registry.add = async (...args) => {
      entered += 1;
      return add(...args);
    };
    await s.marks.mark("alice" as Username, s.clock.now() + 1);
    s.clock.pass(1);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect([s.identityProvider.refreshed.length, entered]).toEqual([2, 0]);
  });
});

describe("a token from before a change of rights", () => {
  it("is renewed like an expired one", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    s.clock.pass(5);
    await s.marks.mark("alice" as Username, s.clock.now());
    expect(await s.callerOf(id)).toMatchObject(alice);
    expect(await s.callerOf(id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });
});

describe("a refused renewal", () => {
  it("ends the login, and leaves the session's values", async () => {
    const s = await expired();
    await writeValues(s, 7);
    s.identityProvider.onRefresh = async () => "refused";
    expect(await s.callerOf(s.id)).toEqual(notRenewed);
    expect(await s.callerOf(s.id)).toEqual(notRenewed);
    expect((await s.sessions.load(s.id, idleTimeout))?.session).toEqual({
      counter: 7,
      loginEnd: "not-renewed",
    });
    expect(s.log.events).toEqual([
      { event: "session-dropped", username: "alice", reason: "the provider does not renew it" },
      { event: "renewal", outcome: "refused", username: "alice" },
    ]);
  });

  it("is not what a new token that names nobody amounts to: a setting is wrong, and the tokens are kept", async () => {
    const s = await expired();
    const tokens = s.identityProvider.tokensOf("alice");
    s.identityProvider.onRefresh = async () => ({ tokens, claims: { iat: 1 } });
    expect(await s.callerOf(s.id)).toMatchObject({ kind: "unverified", cause: { code: "provider-down" } });
    expect((await s.tokensIn(s.id))?.refreshToken).toBe(tokens.refreshToken);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([]);
  });

  it("is not what a key that nobody knows amounts to: the new refresh token is kept", async () => {
    const s = await expired();
    const tokens = s.identityProvider.tokensOf("alice");
    const cause = new Error("the keys are away");
    s.identityProvider.onRefresh = async () => ({
      tokens,
      claims: undefined,
      because: "unverifiable",
      cause,
    });
    expect(await s.callerOf(s.id)).toMatchObject({ kind: "unverified", cause: { code: "provider-down" } });
    expect((await s.tokensIn(s.id))?.refreshToken).toBe(tokens.refreshToken);
    expect(s.identityProvider.revoked).toEqual([]);
    const told = { event: "renewal", outcome: "broken", cause: expect.objectContaining({ cause }) };
    expect(s.log.events).toContainEqual(expect.objectContaining(told));
  });

  it("is what an answer without an id token amounts to when the old one is no longer good, and the log says why", async () => {
    const s = await expired();
    const tokens = { ...s.identityProvider.tokensOf("alice"), idToken: s.first.idToken };
    s.identityProvider.onRefresh = async () => ({ tokens, claims: undefined, because: "missing" });
    expect(await s.callerOf(s.id)).toEqual(notRenewed);
    expect(s.log.events).toContainEqual({
      event: "session-dropped",
      username: "alice",
      reason: "the provider sends no id token when it renews, and the old one has expired",
    });
  });

  it("is what another person's token amounts to, and the provider forgets what came with it", async () => {
    const s = await expired();
    const tokens = s.identityProvider.tokensOf("mallory");
    s.identityProvider.onRefresh = async () => ({ tokens, claims: undefined, because: "wrong-subject" });
    expect(await s.callerOf(s.id)).toEqual(notRenewed);
    expect(await s.tokensIn(s.id)).toBeUndefined();
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([tokens.refreshToken]);
  });

  it("revokes nothing when the provider has said that the grant is over", async () => {
    const s = await expired();
    s.identityProvider.onRefresh = async () => "refused";
    await s.callerOf(s.id);
    expect(s.background.waiting).toEqual([]);
  });
});

describe("a renewed token that has expired when it comes", () => {
  /** Which the next refresh grant brings. */
  const late = (s: Setup, meanwhile: () => Promise<unknown> = async () => undefined): TokenSet => {
    const tokens = s.identityProvider.tokensOf("alice", [], { exp: s.clock.now() - 1 });
    s.identityProvider.onRefresh = async () => {
      await meanwhile();
      s.identityProvider.onRefresh = undefined;
      return { tokens, claims: undefined, because: "expired" };
    };
    return tokens;
  };

  it("is an outage, told as one of the clock, and ends no login", async () => {
    const s = await expired();
    const tokens = late(s);
    const caller = await s.callerOf(s.id);
    expect(caller).toMatchObject({ kind: "unverified", cause: expect.any(ProviderDown) });
    expect(s.log.events).toMatchObject([
      {
        event: "renewal",
        outcome: "broken",
        cause: { message: expect.stringContaining("this server's clock") },
      },
    ]);
    expect(await s.tokensIn(s.id)).toEqual({ ...tokens, renewedAfterMark: expect.any(Number) });
    expect(s.background.waiting).toEqual([]);
  });

  it("leaves its refresh token, since the one before may be used up, and a later renewal succeeds", async () => {
    const s = await expired();
    const { refreshToken } = late(s);
    await s.callerOf(s.id);
    s.clock.pass(1);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toEqual([s.first.refreshToken, refreshToken]);
  });

  it("brings back no session that was ended meanwhile, and the provider forgets it", async () => {
    const s = await expired();
    const { refreshToken } = late(s, () => s.sessions.remove(s.id));
    expect(await s.callerOf(s.id)).toBe(anonymous);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });
});

describe("an outage during renewal", () => {
  it("leaves the caller unverified and the tokens as they are, so that a later request succeeds", async () => {
    const s = await expired();
    const cause = new ProviderDown();
    s.identityProvider.onRefresh = () => Promise.reject(cause);
    expect(await s.callerOf(s.id)).toEqual({ kind: "unverified", cause });
    expect(await s.tokensIn(s.id)).toEqual(s.first);
    s.identityProvider.onRefresh = undefined;
    s.clock.pass(1);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
  });

  it("is not asked about again within a second, and then once", async () => {
    const s = await expired();
    s.identityProvider.onRefresh = () => Promise.reject(new ProviderDown());
    await s.callerOf(s.id);
    s.clock.pass(0.9);
    expect(await s.callerOf(s.id)).toMatchObject({ kind: "unverified" });
    expect(s.identityProvider.refreshed).toHaveLength(1);
    s.clock.pass(0.1);
    await s.callerOf(s.id);
    expect(s.identityProvider.refreshed).toHaveLength(2);
  });

  it("of the session store leaves the caller unverified too", async () => {
    const s = await expired();
    const cause = new StoreDown();
    const identify = s.identify;
    const stored = await s.sessions.load(s.id, idleTimeout);
    if (!stored) throw new Error("there is no session");
    s.sessions.load = () => Promise.reject(cause);
    expect(await identify({ kind: "session", id: s.id, stored })).toEqual({ kind: "unverified", cause });
  });
});

describe("a store that goes away during renewal", () => {
  /** From now on so many calls fail. */
  const failing = (s: Setup, calls: number) => {
    const { load, replace } = s.sessions;
    let left = calls;
    const fail = async (): Promise<void> => {
      if (left-- > 0) throw new StoreDown();
    };
    s.sessions.load = async (...args) => fail().then(() => load(...args));
    s.sessions.replace = async (...args) => fail().then(() => replace(...args));
    return { heal: () => Object.assign(s.sessions, { load, replace }) };
  };

  it("gets the new tokens when it is back, since the old ones may be used up", async () => {
    const s = await expired();
    const renewed = duringRefresh(s, async () => failing(s, 40));
    expect(await s.renew(s.id)).toMatchObject(alice);
    expect(await s.tokensIn(s.id)).toEqual({ ...renewed, renewedAfterMark: expect.any(Number) });
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });

  it("is waited for no longer than a minute", async () => {
    const s = await expired();
    const before = s.clock.now();
    const store: { heal?: () => unknown } = {};
    duringRefresh(s, async () => Object.assign(store, failing(s, Number.POSITIVE_INFINITY)));
    await expect(s.renew(s.id)).rejects.toBeInstanceOf(StoreDown);
    expect(s.clock.now() - before).toBeCloseTo(60, 0);
    store.heal?.();
    expect(await s.tokensIn(s.id)).toEqual(s.first);
  });

  it("may have written them all the same; newer ones that came then are left alone", async () => {
    const s = await expired();
    const newer = s.identityProvider.tokensOf("alice");
    duringRefresh(s, async () => {
      const { load, replace } = s.sessions;
      s.sessions.replace = async (...args) => {
        Object.assign(s.sessions, { load, replace });
        await replace(...args);
        const stored = await load(s.id, idleTimeout);
        const login = stored?.session.login;
        if (stored && login) await s.tokens.replace(s.id, stored, login, newer);
        throw new StoreDown();
      };
    });
    expect(await s.renew(s.id)).toMatchObject(alice);
    expect(await s.tokensIn(s.id)).toEqual(newer);
  });

  it("does not bring back what was ended meanwhile", async () => {
    const s = await expired();
    duringRefresh(s, async () => {
      await s.sessions.remove(s.id);
      failing(s, 3);
    });
    expect(await s.renew(s.id)).toBe(anonymous);
    expect(await s.sessions.load(s.id, idleTimeout)).toBeUndefined();
  });
});

describe("a logout during renewal", () => {
  it("wins, and the late write brings nothing back", async () => {
    const s = await expired();
    const late = duringRefresh(s, () => s.sessions.remove(s.id));
    expect(await s.callerOf(s.id)).toBe(anonymous);
    expect(await s.sessions.load(s.id, idleTimeout)).toBeUndefined();
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([late.refreshToken]);
  });

  it("wins also when it left the session's values", async () => {
    const s = await expired();
    duringRefresh(s, async () => {
      const stored = await s.sessions.load(s.id, idleTimeout);
      if (stored) await s.sessions.replace(s.id, { counter: 1 }, stored.revision, idleTimeout);
    });
    expect(await s.callerOf(s.id)).toBe(anonymous);
    expect((await s.sessions.load(s.id, idleTimeout))?.session).toEqual({ counter: 1 });
  });

  it("before it is found when the session is read again", async () => {
    const s = await expired();
    await s.sessions.remove(s.id);
    expect(await s.renew(s.id)).toBe(anonymous);
    expect(s.identityProvider.refreshed).toEqual([]);
  });
});

describe("values that are written during renewal", () => {
  it("are kept, and so are the new tokens, which could not be had again", async () => {
    const s = await expired();
    const renewed = duringRefresh(s, () => writeValues(s, 42));
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(await s.tokensIn(s.id)).toEqual({ ...renewed, renewedAfterMark: expect.any(Number) });
    expect((await s.sessions.load(s.id, idleTimeout))?.session["counter"]).toBe(42);
  });

  it("without end are an outage, not a loss of the login", async () => {
    const s = await expired();
    duringRefresh(s, async () => undefined);
    s.sessions.replace = async () => ({ outcome: "changed" });
    expect(await s.callerOf(s.id)).toMatchObject({ kind: "unverified" });
    expect(await s.tokensIn(s.id)).toEqual(s.first);
  });
});

describe("a session that is read again once it is locked", () => {
  it("is left alone when somebody else has renewed its tokens", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    expect(await s.renew(id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toEqual([]);
  });

  it("is nobody's when its login has ended, for whatever reason", async () => {
    const s = await expired();
    const stored = await s.sessions.load(s.id, idleTimeout);
    if (!stored) throw new Error("there is no session");
    await s.sessions.replace(s.id, { loginEnd: "not-renewed" }, stored.revision, idleTimeout);
    expect(await s.renew(s.id)).toEqual(notRenewed);
    expect(s.identityProvider.refreshed).toEqual([]);
  });

  it("loses a login whose tokens cannot be opened, and keeps its values", async () => {
    const s = await expired();
    const stored = await s.sessions.load(s.id, idleTimeout);
    if (!stored?.session.login) throw new Error("nobody is logged in");
    const login = { ...stored.session.login, sealedTokens: "damaged" as SealedText };
    await s.sessions.replace(s.id, { counter: 1, login }, stored.revision, idleTimeout);
    expect(await s.renew(s.id)).toBe(anonymous);
    expect((await s.sessions.load(s.id, idleTimeout))?.session).toEqual({ counter: 1 });
    expect(s.identityProvider.refreshed).toEqual([]);
    const reason = "its tokens cannot be opened";
    expect(s.log.events).toEqual([{ event: "session-dropped", username: "alice", reason }]);
  });

  it("keeps its refresh token unsent when the lock was lost, since others may be sending it", async () => {
    const s = await expired();
    s.lock.withLock = async (_name, _timeout, work) => ({
      outcome: "done",
      result: await work({ extend: async () => false }),
    });
    await expect(s.renew(s.id)).rejects.toMatchObject({
      code: "store-down",
      cause: { message: "the lock on the session was lost" },
    });
    expect(s.identityProvider.refreshed).toEqual([]);
    expect(await s.tokensIn(s.id)).toEqual(s.first);
  });

  it("that ends while the provider answers is not asked userinfo for", async () => {
    const s = await expired();
    const tokens = s.identityProvider.tokensOf("alice", [], { groups: undefined as never });
    s.identityProvider.onRefresh = async () => {
      await s.sessions.remove(s.id);
      return { tokens, claims: JSON.parse(tokens.idToken) };
    };
    expect(await s.renew(s.id)).toBe(anonymous);
    expect(s.identityProvider.userinfoAsked).toEqual([]);
  });
});

describe("a mark that is ahead of the store's clock", () => {
  it("costs one renewal, and not one for each request until its time has come", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    s.clock.pass(1);
    const ahead = s.clock.now() + 100;
    await s.marks.mark("alice" as Username, ahead);
    for (const _ of [1, 2, 3]) expect(await s.callerOf(id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toHaveLength(1);
    expect((await s.tokensIn(id))?.renewedAfterMark).toBe(ahead);
  });
});

describe("a renewal elsewhere", () => {
  it("that takes too long leaves the caller unverified", async () => {
    const s = await expired();
    s.lock.withLock = async () => ({ outcome: "busy" });
    expect(await s.callerOf(s.id)).toMatchObject({
      kind: "unverified",
      cause: { cause: { message: "a renewal elsewhere takes too long" } },
    });
    expect(await s.tokensIn(s.id)).toEqual(s.first);
  });

  it("that was refused makes those who waited anonymous", async () => {
    const s = await expired();
    s.identityProvider.onRefresh = async () => "refused";
    expect(await Promise.all([s.callerOf(s.id), s.callerOf(s.id)])).toEqual([notRenewed, notRenewed]);
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });
});
