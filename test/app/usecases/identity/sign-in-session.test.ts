import { describe, expect, it } from "vitest";
import { ProviderDown, StoreDown } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { Revision, SessionId } from "../../../../src/domain/sessions/session.ts";
import { byPerson, byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import { idleTimeout } from "./login-setup.ts";
import { loginIn, newcomer, origin, signInSetup } from "./sign-in-setup.ts";

const alice = byUsername("alice" as Username);
const stranger = "o".repeat(32) as SessionId;

describe("a login that is finished", () => {
  it("has begun a session, with tokens that only this session can open", async () => {
    const s = signInSetup();
    const { session, refreshToken } = await s.logInBy({ sid: "s1" }, { ...newcomer, client: "Firefox" });
    expect(await s.sessions.peek(session.id)).toEqual(session.stored);
    const person = { issuer: "https://idp.example.org", subject: "alice" };
    const names = { subject: "alice", providerSession: "s1" };
    const login = loginIn(session);
    expect(login).toMatchObject({
      username: "alice",
      person,
      since: s.clock.now(),
      ...names,
      client: "Firefox",
    });
    expect(s.tokens.open(session.id, login)?.tokens.refreshToken).toBe(refreshToken);
    expect(s.tokens.open(stranger, login)).toBeUndefined();
    expect(await s.callerOf(session.id)).toMatchObject({ kind: "user", user: { username: "alice" } });
  });

  it("is entered under its owners before its session is there, so that none is ever missing", async () => {
    const s = signInSetup();
    const { create } = s.sessions;
    const entered: (readonly SessionId[])[] = [];
    s.sessions.create = async (...of) => {
      entered.push(await s.registry.list(alice));
      return create(...of);
    };
    const { session } = await s.logInBy();
    expect(entered).toEqual([[session.id]]);
    const { person } = loginIn(session);
    expect(await s.registry.list(byPerson(person ?? expect.unreachable()))).toEqual([session.id]);
  });

  it("has a new id each time, of 24 random bytes, whatever session the browser had", async () => {
    const s = signInSetup();
    const slipped = {
      kind: "session",
      id: stranger,
      stored: { session: {}, revision: "1" as Revision },
    } as const;
    const first = await s.logInBy({}, { ...newcomer, session: slipped });
    const second = await s.logInBy({}, { ...newcomer, session: first.session });
    const ids = [stranger, first.session.id, second.session.id];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids.slice(1)) expect(id).toMatch(/^random-24-/);
  });

  it("ends the browser's former session and leaves its login at the provider, which may be the same", async () => {
    const s = signInSetup();
    const { session: former } = await s.logInBy({ sid: "s1" });
    const { session } = await s.logInBy({ sid: "s1" }, { ...newcomer, session: former });
    await s.background.settle();
    expect([await s.sessions.peek(former.id), await s.sessions.peek(session.id)]).toEqual([
      undefined,
      session.stored,
    ]);
    expect(await s.registry.list(alice)).toEqual([session.id]);
    expect(s.identityProvider.revoked).toEqual([]);
    expect(s.log.events).toContainEqual({
      event: "session-ended",
      username: "alice",
      why: "logged in anew",
    });
  });

  it("has the provider forget the former login when that was another one", async () => {
    const s = signInSetup();
    const { session: former, refreshToken } = await s.logInBy({ sid: "s1" });
    await s.logInBy({ sid: "s2" }, { ...newcomer, session: former });
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
    expect(s.log.events).toContainEqual({ event: "session-ended", username: "alice", why: "logged out" });
  });

  it("keeps the values of the session before, and nothing of its login or of why that ended", async () => {
    const s = signInSetup();
    const values = { counter: 42, loginEnd: "too-old" } as const;
    const revision = await s.sessions.create(stranger, values, idleTimeout);
    const former = { kind: "session", id: stranger, stored: { session: values, revision } } as const;
    const { session } = await s.logInBy({}, { ...newcomer, session: former });
    expect((await s.sessions.peek(session.id))?.session).toEqual({ counter: 42, login: loginIn(session) });
  });

  it("needs no session that could be read", async () => {
    const s = signInSetup();
    const unread = { kind: "session-unavailable", cause: new StoreDown() } as const;
    const { session } = await s.logInBy({}, { ...newcomer, session: unread });
    expect(await s.sessions.peek(session.id)).toEqual(session.stored);
  });
});

describe("a login whose session cannot be stored", () => {
  type Setup = ReturnType<typeof signInSetup>;

  /** The store does as it is told, but for what it cannot, and never says so. */
  const withSilentStore = async (s: Setup, isDone: boolean) => {
    const { create } = s.sessions;
    const created: SessionId[] = [];
    s.sessions.create = async (id, ...rest) => {
      created.push(id);
      if (isDone) await create(id, ...rest);
      throw new StoreDown();
    };
    const { refreshToken } = s.answerWith({ sid: "s1" });
    await expect(s.finish(await s.begin())).rejects.toThrow(StoreDown);
    expect(created).toHaveLength(1);
    return { id: created[0] ?? expect.unreachable(), refreshToken };
  };

  it("is an outage, told as no login, and the provider forgets it afterwards", async () => {
    const s = signInSetup();
    const { refreshToken } = await withSilentStore(s, false);
    expect([s.log.events, s.identityProvider.revoked]).toEqual([[], []]);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("leaves no session behind, though the write that failed was done", async () => {
    const s = signInSetup();
    const { id, refreshToken } = await withSilentStore(s, true);
    await s.background.settle();
    expect(await s.sessions.peek(id)).toBeUndefined();
    expect(await s.registry.list(alice)).toEqual([]);
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("is not revoked while another login lives on the same session at the provider", async () => {
    const s = signInSetup();
    const { session: other } = await s.logInBy({ sid: "s1" });
    await withSilentStore(s, true);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([]);
    expect(await s.sessions.peek(other.id)).toBeDefined();
  });

  it("is none either when it cannot be entered, or the former one cannot be ended", async () => {
    for (const broken of ["add", "remove"] as const) {
      const s = signInSetup();
      const { session: former } = await s.logInBy({ sid: "s1" });
      const fail = () => Promise.reject(new StoreDown());
      const store = broken === "add" ? s.registry : s.sessions;
      const whole = { ...store };
      Object.assign(store, { [broken]: fail });
      const { refreshToken } = s.answerWith({ sid: "s2" });
      const browser = { ...newcomer, session: former };
      await expect(s.finish(await s.begin(), { browser })).rejects.toThrow(StoreDown);
      Object.assign(store, whole);
      await s.background.settle();
      expect(s.identityProvider.revoked).toContain(refreshToken);
      expect(await s.registry.list(alice)).toEqual(broken === "add" ? [] : [former.id]);
    }
  });
});

describe("a logout", () => {
  it("ends every session that the browser sent, and has the provider forget their logins", async () => {
    const s = signInSetup();
    const [one, other, elsewhere] = [await s.logInBy(), await s.logInBy(), await s.logInBy()];
    s.log.events.length = 0;
    await s.signIn.logOut(origin, one.session, new Set([one.session.id, other.session.id, stranger]));
    await s.background.settle();
    const ended = { event: "session-ended", username: "alice", why: "logged out" };
    expect(s.log.events).toEqual([ended, ended]);
    expect(await s.registry.list(alice)).toEqual([elsewhere.session.id]);
    expect(await s.sessions.peek(one.session.id)).toBeUndefined();
    expect(await s.sessions.peek(other.session.id)).toBeUndefined();
    expect(s.identityProvider.revoked).toEqual([one.refreshToken, other.refreshToken]);
  });

  it("tells the provider whose login ends, where that is known", async () => {
    const s = signInSetup();
    const { session } = await s.logInBy();
    expect(await s.signIn.logOut(origin, session, new Set([session.id]))).toContain("hint=some");
    expect(await s.signIn.logOut(origin, { ...session, id: stranger }, new Set())).toContain("hint=none");
    expect(await s.signIn.logOut(origin, { kind: "none" }, new Set())).toContain("hint=none");
  });

  it("leads to the embedded provider under the origin that the browser knows", async () => {
    const s = signInSetup("https://idp.example.org");
    const url = await s.signIn.logOut("https://localhost:5443", { kind: "none" }, new Set());
    expect(url).toMatch(/^https:\/\/localhost:5443\/end\?/);
  });

  it("is an outage, and ends nothing, while the browser's session cannot be read", async () => {
    const s = signInSetup();
    const { session } = await s.logInBy();
    const cause = new StoreDown();
    const unread = { kind: "session-unavailable", cause } as const;
    await expect(s.signIn.logOut(origin, unread, new Set([session.id]))).rejects.toBe(cause);
    expect(await s.sessions.peek(session.id)).toBeDefined();
  });

  it("ends the session here with the provider away, and other faults pass", async () => {
    const s = signInSetup();
    const { session } = await s.logInBy();
    s.identityProvider.endSessionUrl = () => Promise.reject(new ProviderDown());
    expect(await s.signIn.logOut(origin, session, new Set([session.id]))).toBeUndefined();
    expect(await s.sessions.peek(session.id)).toBeUndefined();
    s.identityProvider.endSessionUrl = () => Promise.reject(new TypeError("x"));
    await expect(s.signIn.logOut(origin, session, new Set())).rejects.toThrow(TypeError);
  });
});
