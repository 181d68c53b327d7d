import { describe, expect, it } from "vitest";
import { identifyCaller } from "../../../../src/app/usecases/identity/identify-caller.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { SessionId, StoredSession } from "../../../../src/domain/sessions/session.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

const loggedIn = async () => {
  const s = loginSetup();
  const id = await s.logIn(s.identityProvider.tokensOf("alice", [], { exp: s.clock.now() + 100_000 }));
  const stored = async (): Promise<StoredSession> => {
    const found = await s.sessions.load(id, idleTimeout);
    if (!found) throw new Error("there is no session");
    return found;
  };
  /** Notes a use, and waits until the note is written. */
  const use = async (as: StoredSession, of: SessionId = id) => {
    if (as.session.login) s.parts.touchSession(of, as, as.session.login);
    await settled();
  };
  return { ...s, id, stored, use };
};

describe("the last use of a session", () => {
  it("is written at most once a minute", async () => {
    const s = await loggedIn();
    s.clock.pass(59);
    await s.use(await s.stored());
    expect((await s.stored()).session.login?.lastUsed).toBeUndefined();
    s.clock.pass(1);
    const seen = s.clock.now();
    await s.use(await s.stored());
    expect((await s.stored()).session.login?.lastUsed).toBe(seen);
    s.clock.pass(59);
    await s.use(await s.stored());
    expect((await s.stored()).session.login?.lastUsed).toBe(seen);
  });

  it("extends its entries in the registry", async () => {
    const s = await loggedIn();
    const before = await s.stored();
    s.clock.pass(3600);
    const extended: string[] = [];
    s.registry.add = async (_owner, id) => void extended.push(id);
    await s.use(before);
    expect(extended).toEqual([s.id]);
  });

  it("never brings back a session that has ended, or a login that has", async () => {
    const s = await loggedIn();
    s.clock.pass(60);
    const before = await s.stored();
    await s.sessions.replace(s.id, {}, before.revision, idleTimeout);
    await s.use(before);
    expect((await s.stored()).session).toEqual({});
    await s.sessions.remove(s.id);
    await s.use(before);
    expect(await s.sessions.load(s.id, idleTimeout)).toBeUndefined();
  });

  it("is lost without harm when the store is away", async () => {
    const s = await loggedIn();
    s.clock.pass(60);
    const before = await s.stored();
    s.sessions.replace = () => Promise.reject(new StoreDown());
    await s.use(before);
    expect(s.log.events).toMatchObject([{ event: "background" }]);
  });
});

describe("a login's longest life", () => {
  it.each([
    [3599, "user"],
    [3600, "anonymous"],
  ])("of an hour, after %d seconds of use: %s", async (passed, kind) => {
    const s = await loggedIn();
    const parts = { ...s.parts, maxLifetime: 3600 };
    const stored = await s.stored();
    s.clock.pass(passed);
    expect((await identifyCaller(parts)({ kind: "session", id: s.id, stored })).kind).toBe(kind);
  });
});
