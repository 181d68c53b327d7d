import { describe, expect, it } from "vitest";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Login } from "../../../../src/domain/sessions/session.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const tooOld = { reason: "its time is over", loginEnd: "too-old" } as const;

const loggedIn = async () => {
  const s = loginSetup();
  const tokens = s.identityProvider.tokensOf("alice");
  const id = await s.logIn(tokens, undefined, { counter: 1 });
  const stored = (await s.sessions.peek(id)) ?? expect.unreachable();
  const login: Login = stored.session.login ?? expect.unreachable();
  const drop = () => s.tokens.drop(id, stored, login, tooOld, tokens);
  return { ...s, id, stored, login, first: tokens, drop };
};

describe("a login that is dropped with tokens that the provider may still accept", () => {
  it("leaves the session's values and the reason, and is revoked", async () => {
    const s = await loggedIn();
    expect(await s.drop()).toEqual({ kind: "anonymous", loginEnd: "too-old" });
    expect((await s.sessions.peek(s.id))?.session).toEqual({ counter: 1, loginEnd: "too-old" });
    expect(s.log.events).toEqual([
      { event: "session-dropped", username: "alice", reason: "its time is over" },
    ]);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([s.first.refreshToken]);
  });

  it("is not revoked when its session was written meanwhile, as a renewal does, and is still there", async () => {
    const s = await loggedIn();
    const renewed = s.identityProvider.tokensOf("alice");
    expect(await s.tokens.replace(s.id, s.stored, s.login, renewed)).toBe(true);
    await s.drop();
    expect(await s.tokensIn(s.id)).toEqual(renewed);
    expect(s.background.waiting).toEqual([]);
  });

  it("is not revoked when the store is unavailable, which is logged", async () => {
    const s = await loggedIn();
    const cause = new StoreDown();
    s.sessions.replace = () => Promise.reject(cause);
    expect(await s.drop()).toMatchObject({ kind: "anonymous" });
    expect(s.log.events[1]).toEqual({ event: "background", what: "dropping a session's tokens", cause });
    expect(s.background.waiting).toEqual([]);
  });
});

describe("tokens that are replaced", () => {
  it("count as a use of the session, whose values stay", async () => {
    const s = await loggedIn();
    s.clock.pass(5);
    const renewed = s.identityProvider.tokensOf("alice");
    expect(await s.tokens.replace(s.id, s.stored, s.login, renewed)).toBe(true);
    const { session } = (await s.sessions.peek(s.id)) ?? expect.unreachable();
    expect(session).toMatchObject({ counter: 1, login: { lastUsed: s.clock.now(), since: s.login.since } });
  });

  it("are not stored in a session that was written since it was read, or has ended", async () => {
    const s = await loggedIn();
    await s.sessions.replace(s.id, { ...s.stored.session, counter: 2 }, s.stored.revision, idleTimeout);
    expect(await s.tokens.replace(s.id, s.stored, s.login, s.first)).toBe(false);
    await s.sessions.remove(s.id);
    expect(await s.tokens.replace(s.id, s.stored, s.login, s.first)).toBe(false);
    expect(await s.sessions.peek(s.id)).toBeUndefined();
  });
});
