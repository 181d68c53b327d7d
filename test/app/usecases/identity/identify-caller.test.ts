import { describe, expect, it } from "vitest";
import { tokenSealer } from "../../../../src/adapters/aes-gcm/token-sealer.ts";
import { identifyCaller } from "../../../../src/app/usecases/identity/identify-caller.ts";
import { sessionTokens } from "../../../../src/app/usecases/sessions/session-tokens.ts";
import { InvalidToken, ProviderDown, StoreDown } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { encryptionKey, idleTimeout, loginSetup } from "./login-setup.ts";

const alice = { kind: "user", user: { username: "alice" } };
const otherId = "o".repeat(32) as SessionId;

describe("a request without credentials", () => {
  it("is from somebody anonymous", async () => {
    expect(await loginSetup().identify({ kind: "none" })).toBe(anonymous);
  });
});

describe("a Bearer token", () => {
  const bearer = (s: ReturnType<typeof loginSetup>, token: string) => s.identify({ kind: "bearer", token });

  it("of the CLI's says who its owner is", async () => {
    const s = loginSetup();
    const { idToken } = s.identityProvider.tokensOf("alice", ["blab/owners"], { aud: "cli" });
    const caller = await bearer(s, idToken);
    expect(caller).toMatchObject(alice);
    expect(caller.kind === "user" && caller.user.authzRoles).toEqual(new Set(["blab/owners"]));
  });

  it.each([
    ["was made for the browser's client", { aud: "app" }],
    ["names nobody", { aud: "cli", sub: "" }],
    ["has expired", { aud: "cli", exp: 1 }],
  ])("is refused when it %s", async (_, more) => {
    const s = loginSetup();
    await expect(bearer(s, s.identityProvider.tokensOf("alice", [], more).idToken)).rejects.toThrow(
      InvalidToken,
    );
  });

  it("that has expired is told to be renewed", async () => {
    const s = loginSetup();
    const { idToken } = s.identityProvider.tokensOf("alice", [], { aud: "cli", exp: 1 });
    await expect(bearer(s, idToken)).rejects.toThrow("The token has expired. Renew it.");
  });

  it("is refused when its owner's rights have changed since", async () => {
    const s = loginSetup();
    const { idToken } = s.identityProvider.tokensOf("alice", [], { aud: "cli" });
    await s.marks.mark("alice" as Username, s.clock.now() + 1);
    await expect(bearer(s, idToken)).rejects.toThrow(InvalidToken);
    await expect(bearer(s, idToken)).rejects.toThrow(/renew/i);
  });

  it("is refused when there is a mark and it does not say when it was issued", async () => {
    const s = loginSetup();
    const { idToken } = s.identityProvider.tokensOf("alice", [], { aud: "cli", iat: "soon" });
    expect(await bearer(s, idToken)).toMatchObject(alice);
    await s.marks.mark("alice" as Username, s.clock.now() - 10);
    await expect(bearer(s, idToken)).rejects.toThrow(InvalidToken);
  });

  it("proves nothing while the provider or the marks are away", async () => {
    const s = loginSetup();
    s.identityProvider.outage = new ProviderDown();
    expect(await bearer(s, "{}")).toEqual({ kind: "unverified", cause: s.identityProvider.outage });
    const cause = new StoreDown();
    const away = loginSetup({
      marks: {
        mark: () => Promise.reject(cause),
        find: () => Promise.reject(cause),
        now: () => Promise.reject(cause),
      },
    });
    const { idToken } = away.identityProvider.tokensOf("alice", [], { aud: "cli" });
    expect(await bearer(away, idToken)).toEqual({ kind: "unverified", cause });
  });

  it.each([
    ["incomplete", { outcome: "incomplete", claims: {} }],
    ["unverifiable", { outcome: "unverifiable" }],
  ] as const)("is a mistake of our own when it is %s, as only a session's is", async (_, validation) => {
    const { parts } = loginSetup();
    const identify = identifyCaller({ ...parts, validate: async () => validation });
    await expect(identify({ kind: "bearer", token: "{}" })).rejects.toThrow(/never/);
  });

  it("lets a mistake of our own pass as what it is", async () => {
    const s = loginSetup();
    s.identityProvider.outage = new TypeError("x is not a function");
    await expect(bearer(s, "{}")).rejects.toThrow(TypeError);
  });
});

describe("a session", () => {
  it("says who is logged in, from the tokens and not from the name beside them", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("somebody-else", ["blab/viewers"]));
    expect(await s.callerOf(id)).toMatchObject({ kind: "user", user: { username: "somebody-else" } });
  });

  it("without a login is somebody anonymous's", async () => {
    const s = loginSetup();
    await s.sessions.create(otherId, { counter: 1 }, idleTimeout);
    expect(await s.callerOf(otherId)).toBe(anonymous);
  });

  it("that could not be read leaves its owner unverified", async () => {
    const cause = new StoreDown();
    expect(await loginSetup().identify({ kind: "session-unavailable", cause })).toEqual({
      kind: "unverified",
      cause,
    });
  });

  it("loses a login whose token is no longer valid only when the provider does not renew it, and keeps its values", async () => {
    const s = loginSetup();
    s.identityProvider.onRefresh = async () => "refused";
    const id = await s.logIn(s.identityProvider.tokensOf("alice", [], { aud: "evil" }), otherId, {
      counter: 3,
    });
    expect(await s.callerOf(id)).toEqual({ kind: "anonymous", loginEnd: "not-renewed" });
    expect((await s.sessions.load(id, idleTimeout))?.session).toEqual({
      counter: 3,
      loginEnd: "not-renewed",
    });
    expect(s.log.events).toMatchObject([
      { event: "session-dropped", username: "alice" },
      { event: "renewal" },
    ]);
    s.identityProvider.onRefresh = undefined;
    const renewed = await s.logIn(s.identityProvider.tokensOf("alice", [], { aud: "evil" }));
    expect(await s.callerOf(renewed)).toMatchObject({ kind: "user" });
    expect(s.identityProvider.revoked).toEqual([]);
  });

  it("whose token cannot be verified with the provider's present keys is renewed", async () => {
    const s = loginSetup();
    const first = s.identityProvider.tokensOf("alice");
    const id = await s.logIn(first);
    s.identityProvider.verify = async () => ({ outcome: "unverifiable", reason: "a new key" });
    expect(await s.callerOf(id)).toMatchObject(alice);
    expect(s.identityProvider.refreshed).toEqual([first.refreshToken]);
  });

  it("that is too old ends also when its tokens cannot be opened", async () => {
    const s = loginSetup();
    const login = { username: "alice" as Username, since: s.clock.now(), sealedTokens: "" as SealedText };
    await s.sessions.create(otherId, { login }, idleTimeout);
    const stored = (await s.sessions.peek(otherId)) ?? expect.unreachable();
    s.clock.pass(500);
    const identify = identifyCaller({ ...s.parts, maxLifetime: 500 });
    expect(await identify({ kind: "session", id: otherId, stored })).toEqual({
      kind: "anonymous",
      loginEnd: "too-old",
    });
    expect(s.background.waiting).toEqual([]);
  });

  it("loses tokens that were copied from another session", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    const login = (await s.sessions.load(id, idleTimeout))?.session.login;
    if (!login) throw new Error("nobody is logged in");
    await s.sessions.create(otherId, { login }, idleTimeout);
    expect(await s.callerOf(otherId)).toBe(anonymous);
    expect(await s.callerOf(id)).toMatchObject({ kind: "user" });
  });

  it.each(["", "AAAA", "no base64 at all"])("loses tokens that are damaged: %j", async (text) => {
    const s = loginSetup();
    const login = { username: "alice" as Username, since: 0, sealedTokens: text as SealedText };
    await s.sessions.create(otherId, { login }, idleTimeout);
    expect(await s.callerOf(otherId)).toBe(anonymous);
    expect((await s.sessions.load(otherId, idleTimeout))?.session).toEqual({});
    const reason = "its tokens cannot be opened";
    expect(s.log.events).toEqual([{ event: "session-dropped", username: "alice", reason }]);
  });

  it("loses damaged tokens for this request when the store cannot be written, and a mistake of our own passes", async () => {
    const s = loginSetup();
    const login = { username: "alice" as Username, since: 0, sealedTokens: "" as SealedText };
    await s.sessions.create(otherId, { login }, idleTimeout);
    const cause = new StoreDown();
    s.sessions.replace = () => Promise.reject(cause);
    expect(await s.callerOf(otherId)).toBe(anonymous);
    expect(s.log.events).toMatchObject([{ event: "session-dropped" }, { event: "background", cause }]);
    s.sessions.replace = () => Promise.reject(new TypeError("x is not a function"));
    await expect(s.callerOf(otherId)).rejects.toThrow(TypeError);
  });

  it.each([
    { outcome: "expired" },
    { outcome: "stale" },
    { outcome: "incomplete", claims: {} },
    { outcome: "unverifiable" },
    { outcome: "invalid", reason: "The token is malformed." },
  ] as const)("is whose the renewal says when its token is $outcome", async (validation) => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    const stored = await s.sessions.load(id, idleTimeout);
    if (!stored) throw new Error("there is no session");
    const renewed = { kind: "anonymous", loginEnd: "not-renewed" } as const;
    const asked: SessionId[] = [];
    const renewals = {
      now: async (of: SessionId) => {
        asked.push(of);
        return renewed;
      },
      ahead: () => expect.unreachable("the token cannot be used meanwhile"),
    };
    const identify = identifyCaller({ ...s.parts, validate: async () => validation, renewals });
    expect(await identify({ kind: "session", id, stored })).toBe(renewed);
    expect(asked).toEqual([id]);
  });

  it("is nobody's loss when the provider is away", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    s.identityProvider.outage = new ProviderDown();
    expect(await s.callerOf(id)).toMatchObject({ kind: "unverified" });
    s.identityProvider.outage = undefined;
    expect(await s.callerOf(id)).toMatchObject(alice);
  });
});

describe("tokens under an old key", () => {
  const underOldKey = async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    const sealer = tokenSealer([encryptionKey("new"), s.key]);
    return { s, id, sealer };
  };

  it("are sealed anew when they are next used", async () => {
    const { s, id, sealer } = await underOldKey();
    const tokens = sessionTokens({ ...s, sealer, idleTimeout });
    const identify = identifyCaller({ ...s.parts, tokens });
    const stored = await s.sessions.load(id, idleTimeout);
    if (!stored?.session.login) throw new Error("nobody is logged in");
    expect(tokens.open(id, stored.session.login)?.underOldKey).toBe(true);
    expect(await identify({ kind: "session", id, stored })).toMatchObject(alice);
    const login = (await s.sessions.load(id, idleTimeout))?.session.login;
    expect(login && tokens.open(id, login)?.underOldKey).toBe(false);
  });

  const unwritable = async (failure: Error) => {
    const { s, id, sealer } = await underOldKey();
    const replace = () => Promise.reject(failure);
    const tokens = sessionTokens({
      sessions: { ...s.sessions, replace },
      sealer,
      revoke: s.revoke,
      clock: s.clock,
      log: s.log,
      idleTimeout,
    });
    const stored = await s.sessions.load(id, idleTimeout);
    if (!stored) throw new Error("there is no session");
    return { ...s, identified: identifyCaller({ ...s.parts, tokens })({ kind: "session", id, stored }) };
  };

  it("are used all the same when they cannot be written", async () => {
    const { log, identified } = await unwritable(new StoreDown());
    expect(await identified).toMatchObject(alice);
    expect(log.events).toMatchObject([{ event: "background" }]);
  });

  it("let a mistake of our own pass as what it is", async () => {
    const { identified } = await unwritable(new TypeError("x is not a function"));
    await expect(identified).rejects.toThrow(TypeError);
  });
});
