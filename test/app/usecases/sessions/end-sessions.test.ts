import { describe, expect, it } from "vitest";
import { endSessions } from "../../../../src/app/usecases/sessions/end-sessions.ts";
import { InvalidToken } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import type { SessionStore } from "../../../../src/ports/driven/sessions/session-store.ts";
import { loginSetup } from "../identity/login-setup.ts";

const tokens = (n: number) => ({ idToken: "i", accessToken: "a", refreshToken: `refresh-${n}` });
const idOf = (n: number) => String(n).padStart(32, "s") as SessionId;

const loginOf = (username: string) => ({
  username: username as Username,
  since: 1,
  sealedTokens: "sealed" as SealedText,
});

const logIn = (store: SessionStore, n: number, username: string) =>
  store.create(idOf(n), { login: loginOf(username) }, 100);

/** With an registry that has missed everything. */
const withoutIndex = () => {
  const s = loginSetup();
  return { ...s, store: s.sessions, registered: { ...s.registered, find: async () => [] } };
};

describe("ending somebody's sessions", () => {
  it("ends all of them, and nobody else's", async () => {
    const s = withoutIndex();
    const { store } = s;
    const names = ["alice", "bob", "alice", "Alice", "alice2"];
    for (const [n, name] of names.entries()) await logIn(store, n, name);
    await store.create(idOf(9), { counter: 1 }, 100);
    expect(await endSessions(s, "alice")).toBe(2);
    const left = await Promise.all(
      [0, 1, 2, 3, 4, 9].map(async (n) => (await store.load(idOf(n), 100)) !== undefined),
    );
    expect(left).toEqual([false, true, false, true, true, true]);
    expect(await endSessions(s, "alice")).toBe(0);
  });

  it("has the provider forget also those that the registry has missed", async () => {
    const s = withoutIndex();
    for (const n of [1, 2]) {
      const login = { ...loginOf("alice"), sealedTokens: s.tokens.seal(idOf(n), tokens(n)) };
      await s.store.create(idOf(n), { login }, 100);
    }
    expect(await endSessions(s, "alice")).toBe(2);
    await s.background.settle();
    expect(s.identityProvider.revoked.toSorted()).toEqual(["refresh-1", "refresh-2"]);
    const ended = { event: "session-ended", username: "alice", why: "the operator wished it" };
    expect(s.log.events).toEqual([ended, ended]);
  });

  it("has the provider forget them, and counts once what the registry names", async () => {
    const s = loginSetup();
    for (const n of [1, 2]) {
      const login = { ...loginOf("alice"), sealedTokens: s.tokens.seal(idOf(n), tokens(n)) };
      await s.registered.register(idOf(n), login);
      await s.sessions.create(idOf(n), { login }, 100);
    }
    await logIn(s.sessions, 3, "alice");
    await s.registered.register(idOf(4), loginOf("alice"));
    expect(await endSessions({ ...s, store: s.sessions }, "alice")).toBe(3);
    expect(await Array.fromAsync(s.sessions.all())).toEqual([]);
    await s.background.settle();
    expect(s.identityProvider.revoked.toSorted()).toEqual(["refresh-1", "refresh-2"]);
  });

  it("has their programs renew, so that the provider can refuse, and nobody else's", async () => {
    const s = loginSetup();
    const bearer = (name: string) => {
      const { idToken: token } = s.identityProvider.tokensOf(name, [], { aud: "cli" });
      return () => s.identify({ kind: "bearer", token });
    };
    const [theirs, others] = [bearer("alice"), bearer("bob")];
    await theirs();
    s.clock.pass(1.25);
    await endSessions({ ...s, store: s.sessions }, "alice");
    await expect(theirs()).rejects.toThrow(InvalidToken);
    expect(await others()).toMatchObject({ kind: "user" });
    expect(await s.marks.find("alice" as Username)).toBe(Math.ceil(s.clock.now()));
  });

  it("counts a session once that is listed twice", async () => {
    const s = withoutIndex();
    await logIn(s.store, 1, "alice");
    async function* twice() {
      const [one] = await Array.fromAsync(s.store.all());
      if (one) yield* [one, one];
    }
    expect(await endSessions({ ...s, store: { ...s.store, all: twice } }, "alice")).toBe(1);
  });
});
