import { describe, expect, it } from "vitest";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { Login, SessionId } from "../../../../src/domain/sessions/session.ts";
import {
  byPerson,
  byProviderSession,
  bySubject,
  byUsername,
} from "../../../../src/domain/sessions/session-owner.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { idleTimeout, loginSetup } from "../identity/login-setup.ts";

const day = 86_400;
const alice = "alice" as Username;
const idOf = (n: number) => String(n).padStart(32, "0") as SessionId;

const setup = () => {
  const s = loginSetup();
  const login = (more: Partial<Login> = {}): Login => ({
    username: alice,
    since: s.clock.now(),
    subject: "sub-alice",
    providerSession: "sid-1",
    sealedTokens: "" as SealedText,
    ...more,
  });
  const begin = async (n: number, more: Partial<Login> = {}) => {
    await s.registered.register(idOf(n), login(more));
    await s.sessions.create(idOf(n), { login: login(more) }, idleTimeout);
    return login(more);
  };
  const owners = [byUsername(alice), bySubject("sub-alice"), byProviderSession("sid-1")];
  const lists = () => Promise.all(owners.map((owner) => s.registry.list(owner)));
  return { ...s, login, begin, owners, lists };
};

describe("the entries of sessions", () => {
  it("are there under every owner before the session is", async () => {
    const s = setup();
    await s.registered.register(idOf(1), s.login());
    expect(await s.lists()).toEqual([[idOf(1)], [idOf(1)], [idOf(1)]]);
    expect(await s.registered.find(s.owners, () => true)).toEqual([]);
  });

  it("keep a login from beginning when they cannot be written", async () => {
    const s = setup();
    s.registry.add = () => Promise.reject(new StoreDown());
    await expect(s.registered.register(idOf(1), s.login())).rejects.toThrow(StoreDown);
  });

  it("lead to each session once, and only to those that are wanted", async () => {
    const s = setup();
    await s.begin(1);
    await s.begin(2, { username: "bob" as Username });
    const found = await s.registered.find(s.owners, (login) => login.username === "alice");
    expect(found.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(await s.registered.find(s.owners, () => true)).toHaveLength(2);
  });

  it("do not put a session's end off by leading to it", async () => {
    const s = setup();
    await s.begin(1);
    s.clock.pass(idleTimeout - 1);
    expect(await s.registered.find(s.owners, () => true)).toHaveLength(1);
    s.clock.pass(1);
    expect(await s.registered.find(s.owners, () => true)).toEqual([]);
  });

  it("end with their session, which is told in the log", async () => {
    const s = setup();
    await s.begin(1);
    expect(await s.registered.end([idOf(1)], "a test", "always")).toBe(1);
    expect(await s.lists()).toEqual([[], [], []]);
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect(s.log.events).toEqual([{ event: "session-ended", username: "alice", why: "a test" }]);
  });

  it("do not keep a session from ending when they cannot be written", async () => {
    const s = setup();
    await s.begin(1);
    s.registry.remove = () => Promise.reject(new StoreDown());
    await s.registered.end([idOf(1)], "a test", "always");
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect(s.log.events).toContainEqual(expect.objectContaining({ event: "background" }));
  });

  it("let a mistake of our own pass as what it is", async () => {
    const s = setup();
    await s.begin(1);
    s.registry.remove = () => Promise.reject(new TypeError("x is not a function"));
    await expect(s.registered.end([idOf(1)], "a test", "always")).rejects.toThrow(TypeError);
  });

  it("that cannot be put off are told of in the log, and nobody waits for them", async () => {
    const s = setup();
    const login = await s.begin(1);
    const cause = new StoreDown();
    s.registry.add = () => Promise.reject(cause);
    s.clock.pass(3600);
    s.registered.touch(idOf(1), login);
    await expect.poll(() => s.log.events).toMatchObject([{ event: "background", cause }]);
  });

  it("outlive an unused session by a day, and no longer", async () => {
    const s = setup();
    await s.begin(1);
    s.clock.pass(idleTimeout + day - 1);
    expect((await s.lists()).map((ids) => ids.length)).toEqual([1, 1, 1]);
    s.clock.pass(1);
    expect(await s.lists()).toEqual([[], [], []]);
  });

  it("are put off by use, at most once an hour", async () => {
    const s = setup();
    const login = await s.begin(1);
    let added = 0;
    const { add } = s.registry;
    s.registry.add = (...args) => {
      added += 1;
      return add(...args);
    };
    const hour = 3600;
    s.clock.pass(hour - (s.clock.now() % hour) + 10);
    s.registered.touch(idOf(1), login);
    expect(added).toBe(3);
    s.clock.pass(60);
    s.registered.touch(idOf(1), { ...login, lastUsed: s.clock.now() - 60 });
    expect(added).toBe(3);
    s.clock.pass(hour);
    s.registered.touch(idOf(1), { ...login, lastUsed: s.clock.now() - hour });
    expect(added).toBe(6);
    s.clock.pass(idleTimeout + day - 1);
    expect((await s.lists())[0]).toEqual([idOf(1)]);
  });

  it("are a hundred for a person, whoever else bears the name", async () => {
    const s = setup();
    const person = (subject: string) => ({ issuer: "https://idp.example.org", subject: subject as Subject });
    for (let n = 0; n < 100; n++) await s.begin(n, { person: person("1f0c"), subject: "1f0c" });
    await s.begin(100, { person: person("2a11"), subject: "2a11" });
    expect(await s.sessions.peek(idOf(0))).toBeDefined();
    expect(await s.registry.list(byPerson(person("1f0c")))).toHaveLength(100);
    await s.begin(101, { person: person("1f0c"), subject: "1f0c" });
    expect(await s.sessions.peek(idOf(0))).toBeUndefined();
    expect(await s.sessions.peek(idOf(100))).toBeDefined();
  });

  it("of version 0.1 are a hundred for a username: beyond, those used least recently end, with all their entries", async () => {
    const s = setup();
    for (let n = 0; n < 100; n++) await s.begin(n);
    await s.registry.add(byUsername(alice), idOf(0), idleTimeout + day);
    await s.begin(100);
    expect(await s.sessions.peek(idOf(0))).toBeDefined();
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect((await s.lists()).map((ids) => ids.length)).toEqual([100, 100, 100]);
    await s.begin(101, { username: "bob" as Username });
    expect(await s.sessions.peek(idOf(2))).toBeDefined();
  });

  it("of sessions that are gone are removed when there are too many, as those of the others", async () => {
    const s = setup();
    for (let n = 0; n < 100; n++) await s.registered.register(idOf(n), s.login());
    await s.begin(100);
    expect(await s.registry.list(byUsername(alice))).toHaveLength(100);
    expect(await s.registry.list(byUsername(alice))).not.toContain(idOf(0));
    expect(s.log.events).toEqual([]);
  });

  it("are ended as far as they were there, and so often told", async () => {
    const s = setup();
    await s.begin(1);
    await s.begin(2);
    await s.sessions.remove(idOf(2));
    expect(await s.registered.end([idOf(1), idOf(2), idOf(3)], "a test", "always")).toBe(1);
    expect(s.log.events.filter(({ event }) => event === "session-ended")).toHaveLength(1);
  });
});

describe("the refresh token of a session that ends", () => {
  const tokens = (n: number) => ({ idToken: "i", accessToken: "a", refreshToken: `refresh-${n}` });

  /** Sessions with tokens, by their numbers. */
  const begun = async (sids: Record<number, string | undefined>) => {
    const s = setup();
    for (const [n, sid] of Object.entries(sids)) {
      const sealedTokens = s.tokens.seal(idOf(Number(n)), tokens(Number(n)));
      const { providerSession: _, ...login } = s.login({ sealedTokens });
      const more = sid === undefined ? login : { ...login, providerSession: sid };
      await s.registered.register(idOf(Number(n)), more);
      await s.sessions.create(idOf(Number(n)), { login: more }, idleTimeout);
    }
    const revoked = async () => {
      await s.background.settle();
      return s.identityProvider.revoked;
    };
    return { ...s, revoked };
  };

  it("is revoked in the background, after the session is gone", async () => {
    const s = await begun({ 1: "x" });
    await s.registered.end([idOf(1)], "a test", "always");
    expect([s.identityProvider.revoked, s.background.waiting.length]).toEqual([[], 1]);
    expect(await s.revoked()).toEqual(["refresh-1"]);
  });

  it("is the one that the session held in the end, not the one that somebody read before", async () => {
    const s = await begun({ 1: "x" });
    const { remove } = s.sessions;
    s.sessions.remove = async (id) => {
      const stored = await s.sessions.load(id, idleTimeout);
      if (stored?.session.login) await s.tokens.replace(id, stored, stored.session.login, tokens(9));
      return remove(id);
    };
    await s.registered.end([idOf(1)], "a test", "always");
    expect(await s.revoked()).toEqual(["refresh-9"]);
  });

  it("is left alone where no rule is given, and where it cannot be opened", async () => {
    const s = await begun({ 1: "x" });
    await s.begin(2);
    await s.registered.end([idOf(1)], "a test", undefined);
    await s.registered.end([idOf(2)], "a test", "always");
    expect(await s.revoked()).toEqual([]);
  });

  it("is left alone while another session lives on the same session at the provider, unless that is wished", async () => {
    const s = await begun({ 1: "x", 2: "x", 3: "y" });
    await s.registered.end([idOf(1)], "a test", "unless-shared");
    expect(await s.revoked()).toEqual([]);
    await s.registered.end([idOf(3)], "a test", "unless-shared");
    expect(await s.revoked()).toEqual(["refresh-3"]);
    await s.registered.end([idOf(2)], "a test", "unless-shared");
    expect(await s.revoked()).toEqual(["refresh-3", "refresh-2"]);
    const other = await begun({ 1: "x", 2: "x" });
    await other.registered.end([idOf(1)], "a test", "always");
    expect(await other.revoked()).toEqual(["refresh-1"]);
  });

  it("is revoked when its owner has too many sessions, which is logged as the reason", async () => {
    const s = await begun({ 0: "x" });
    for (let n = 1; n <= 100; n++) await s.begin(n);
    expect(await s.revoked()).toEqual(["refresh-0"]);
    const why = "its owner has too many";
    expect(s.log.events).toEqual([{ event: "session-ended", username: "alice", why }]);
  });

  it("is revoked with those that end together, also when they share a session at the provider", async () => {
    const s = await begun({ 1: "x", 2: "x" });
    await s.registered.end([idOf(1), idOf(2)], "a test", "unless-shared");
    expect(await s.revoked()).toEqual(["refresh-1", "refresh-2"]);
  });

  it("is revoked when nobody knows of a session at the provider", async () => {
    const s = await begun({ 1: undefined, 2: undefined });
    await s.registered.end([idOf(1)], "a test", "unless-shared");
    expect(await s.revoked()).toEqual(["refresh-1"]);
  });

  it("is revoked for those that ended before an outage stopped the rest", async () => {
    const s = await begun({ 1: "x", 2: "y" });
    const { remove } = s.sessions;
    s.sessions.remove = (id) => (id === idOf(2) ? Promise.reject(new StoreDown()) : remove(id));
    await expect(s.registered.end([idOf(1), idOf(2)], "a test", "always")).rejects.toThrow(StoreDown);
    expect(await s.revoked()).toEqual(["refresh-1"]);
  });
});
