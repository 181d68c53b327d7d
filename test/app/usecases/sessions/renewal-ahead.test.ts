import { describe, expect, it } from "vitest";
import { identifyCaller } from "../../../../src/app/usecases/identity/identify-caller.ts";
import { ProviderDown } from "../../../../src/domain/failure.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const alice = { kind: "user", user: { username: "alice" } };

/** Somebody whose id token lives for ten minutes, of which only this much is left. */
const nearItsEnd = async (left: number) => {
  const s = loginSetup();
  const first = s.identityProvider.tokensOf("alice", [], { exp: s.clock.now() + 600 });
  const id = await s.logIn(first);
  s.clock.pass(600 - left);
  return { ...s, id, first };
};

/** Work that nobody waits for gets its turn. */
const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("a token near its end", () => {
  it("is renewed in the background of a request", async () => {
    const s = await nearItsEnd(60);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    await meanwhile();
    expect(s.identityProvider.refreshed).toEqual([s.first.refreshToken]);
    expect(await s.tokensIn(s.id)).not.toEqual(s.first);
  });

  it("is left alone a second earlier", async () => {
    const s = await nearItsEnd(61);
    await s.callerOf(s.id);
    await meanwhile();
    expect(s.identityProvider.refreshed).toEqual([]);
  });

  it("delays no request, however long the provider takes", async () => {
    const s = await nearItsEnd(30);
    s.identityProvider.onRefresh = () => new Promise(() => undefined);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    await meanwhile();
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });

  it("goes on serving while the provider is away", async () => {
    const s = await nearItsEnd(30);
    s.identityProvider.onRefresh = () => Promise.reject(new ProviderDown());
    await s.callerOf(s.id);
    await meanwhile();
    expect(await s.callerOf(s.id)).toMatchObject(alice);
    expect(await s.tokensIn(s.id)).toEqual(s.first);
    expect(s.log.events).toContainEqual(
      expect.objectContaining({ event: "background", what: "renewing a session's tokens ahead" }),
    );
  });

  it("that is renewed by many requests is renewed once", async () => {
    const s = await nearItsEnd(30);
    await Promise.all(Array.from({ length: 8 }, () => s.callerOf(s.id)));
    await meanwhile();
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });
});

describe("a login's last use", () => {
  it("is noted at most once in a minute", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice"));
    const begun = s.clock.now();
    const lastUsed = async () => {
      await s.callerOf(id);
      await meanwhile();
      return (await s.sessions.load(id, idleTimeout))?.session.login?.lastUsed;
    };
    s.clock.pass(59);
    expect(await lastUsed()).toBeUndefined();
    s.clock.pass(1);
    expect(await lastUsed()).toBe(begun + 60);
    s.clock.pass(59);
    expect(await lastUsed()).toBe(begun + 60);
  });
});

describe("a login's longest life", () => {
  it("ends it, however much it was renewed", async () => {
    const s = loginSetup();
    const id = await s.logIn(s.identityProvider.tokensOf("alice", [], { exp: s.clock.now() + 100_000 }));
    const identify = identifyCaller({ ...s.parts, maxLifetime: 500 });
    const caller = async () => {
      const stored = await s.sessions.load(id, idleTimeout);
      return identify(stored ? { kind: "session", id, stored } : { kind: "none" });
    };
    s.clock.pass(499);
    expect(await caller()).toMatchObject(alice);
    s.clock.pass(1);
    for (let n = 0; n < 2; n++) expect(await caller()).toEqual({ kind: "anonymous", loginEnd: "too-old" });
    expect(await s.tokensIn(id)).toBeUndefined();
  });
});
