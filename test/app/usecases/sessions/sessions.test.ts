import { describe, expect, it } from "vitest";
import { findSessions } from "../../../../src/app/usecases/identity/find-sessions.ts";
import { registeredSessions } from "../../../../src/app/usecases/sessions/registered-sessions.ts";
import { sessions } from "../../../../src/app/usecases/sessions/sessions.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { Login, SessionId, SessionValues } from "../../../../src/domain/sessions/session.ts";
import { parseSessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memorySessionRegistry } from "../../../support/memory/session-registry.ts";
import { memorySessionStore } from "../../../support/memory/session-store.ts";

const idleTimeout = 100;
const id = "s".repeat(32) as SessionId;
const loginWith = (sealed: string): Login => ({
  username: "alice" as Username,
  since: 1,
  sealedTokens: sealed as SealedText,
});

const setup = () => {
  const clock = manualClock();
  const store = memorySessionStore(clock);
  const registry = memorySessionRegistry(clock);
  const log = recordingLog();
  const tokens = { idToken: "i", accessToken: "a", refreshToken: "r" };
  const revoked: string[] = [];
  const registered = registeredSessions({
    sessions: store,
    registry,
    clock,
    log,
    idleTimeout,
    tokens: { open: () => ({ tokens, underOldKey: false }) },
    find: findSessions({ sessions: store, registry }),
    revoke: (_login, _tokens, rule) => void revoked.push(rule),
  });
  const random = { text: (bytes: number) => Buffer.alloc(bytes, 7).toString("base64url"), fraction: () => 0 };
  const inStore = async () => (await store.load(id, idleTimeout))?.session;
  return {
    clock,
    store,
    log,
    revoked,
    inStore,
    sessions: sessions({ store, registered, random, idleTimeout }),
  };
};

describe("sessions", () => {
  it("have ids of 24 random bytes", () => {
    expect(parseSessionId(setup().sessions.newId())).toBeDefined();
  });

  it("are opened as they were begun, and put their end off", async () => {
    const s = setup();
    await s.sessions.begin(id, { counter: 1 });
    s.clock.pass(idleTimeout - 1);
    expect(await s.sessions.open(id)).toMatchObject({
      kind: "session",
      id,
      stored: { session: { counter: 1 } },
    });
    s.clock.pass(idleTimeout - 1);
    expect(await s.sessions.open(id)).toMatchObject({ kind: "session" });
    s.clock.pass(idleTimeout);
    expect(await s.sessions.open(id)).toEqual({ kind: "none" });
  });

  it("are none when nobody began them, and none when they have ended", async () => {
    const s = setup();
    expect(await s.sessions.open(id)).toEqual({ kind: "none" });
    await s.sessions.begin(id, {});
    await s.sessions.end(id);
    expect(await s.sessions.open(id)).toEqual({ kind: "none" });
    await s.sessions.end(id);
  });

  it("are ended with a revocation of their login, unless another session shares it", async () => {
    const s = setup();
    await s.store.create(id, { login: loginWith("x") }, idleTimeout);
    await s.sessions.end(id);
    expect(s.log.events).toEqual([{ event: "session-ended", username: "alice", why: "its session ended" }]);
    expect(s.revoked).toEqual(["unless-shared"]);
  });

  it("are begun once: one that the store does not confirm counts as unread", async () => {
    const s = setup();
    const begun = await s.sessions.begin(id, { counter: 1 });
    expect(begun).toEqual({ kind: "session", id, stored: await s.store.peek(id) });
    await expect(s.sessions.begin(id, {})).rejects.toThrow();
    const cause = new StoreDown();
    s.store.create = () => Promise.reject(cause);
    expect(await s.sessions.begin(id, {})).toEqual({ kind: "session-unavailable", cause });
  });

  it("are unread when the store is away, and other errors pass", async () => {
    const s = setup();
    const cause = new StoreDown();
    s.store.load = () => Promise.reject(cause);
    expect(await s.sessions.open(id)).toEqual({ kind: "session-unavailable", cause });
    s.store.load = () => Promise.reject(new TypeError("x"));
    await expect(s.sessions.open(id)).rejects.toThrow(TypeError);
  });
});

describe("a session's values", () => {
  it("replace the ones before, and leave the login as the store has it", async () => {
    const s = setup();
    await s.store.create(id, { counter: 1, old: true, login: loginWith("renewed") }, idleTimeout);
    await s.sessions.saveValues(id, { counter: 2, login: loginWith("of-a-slow-request") });
    expect(await s.inStore()).toEqual({ counter: 2, login: loginWith("renewed") });
  });

  it("never log anybody in", async () => {
    const s = setup();
    await s.sessions.begin(id, {});
    await s.sessions.saveValues(id, { counter: 1, login: loginWith("ended-meanwhile") });
    expect(await s.inStore()).toEqual({ counter: 1 });
    await s.sessions.end(id);
    await s.sessions.begin(id, { counter: 1, login: loginWith("of-nobody") } as SessionValues);
    expect(await s.inStore()).toEqual({ counter: 1 });
  });

  it("leave in place why a login ended", async () => {
    const s = setup();
    await s.store.create(id, { loginEnd: "too-old" }, idleTimeout);
    await s.sessions.saveValues(id, { counter: 1 });
    expect(await s.inStore()).toEqual({ counter: 1, loginEnd: "too-old" });
  });

  it("never bring back a session that has ended", async () => {
    const s = setup();
    await s.sessions.begin(id, { counter: 1 });
    await s.sessions.end(id);
    await s.sessions.saveValues(id, { counter: 2 });
    expect(await s.inStore()).toBeUndefined();
  });

  it("do not bring it back when it ends between reading and writing", async () => {
    const s = setup();
    await s.sessions.begin(id, { counter: 1 });
    const { load } = s.store;
    s.store.load = async (...of) => {
      const stored = await load(...of);
      await s.store.remove(id);
      return stored;
    };
    await s.sessions.saveValues(id, { counter: 2 });
    expect(await load(id, idleTimeout)).toBeUndefined();
  });

  it("are written over tokens that were renewed in between, without harming them", async () => {
    const s = setup();
    await s.store.create(id, { login: loginWith("old") }, idleTimeout);
    const { load } = s.store;
    let renewed = false;
    s.store.load = async (...of) => {
      const stored = await load(...of);
      if (stored && !renewed) {
        renewed = true;
        await s.store.replace(
          id,
          { ...stored.session, login: loginWith("renewed") },
          stored.revision,
          idleTimeout,
        );
      }
      return stored;
    };
    await s.sessions.saveValues(id, { counter: 1 });
    expect(await s.inStore()).toEqual({ counter: 1, login: loginWith("renewed") });
  });

  it("that can never be written are an outage after a few attempts", async () => {
    const s = setup();
    await s.sessions.begin(id, {});
    let attempts = 0;
    s.store.replace = async () => {
      attempts += 1;
      return { outcome: "changed" };
    };
    await expect(s.sessions.saveValues(id, { counter: 1 })).rejects.toThrow(StoreDown);
    expect(attempts).toBeGreaterThan(1);
    expect(attempts).toBeLessThan(100);
  });
});
