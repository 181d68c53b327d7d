import { describe, expect, it } from "vitest";
import { StoreDown } from "../../src/domain/failure.ts";
import type { Login, SessionId } from "../../src/domain/session.ts";
import { byProviderSession, bySubject, byUsername } from "../../src/domain/session-owner.ts";
import type { SealedText } from "../../src/domain/token-set.ts";
import type { Username } from "../../src/domain/user.ts";
import { idle, loginSetup } from "./login-setup.ts";

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
    await s.entries.enter(idOf(n), login(more));
    await s.sessions.create(idOf(n), { login: login(more) }, idle);
    return login(more);
  };
  const owners = [byUsername(alice), bySubject("sub-alice"), byProviderSession("sid-1")];
  const lists = () => Promise.all(owners.map((owner) => s.index.list(owner)));
  return { ...s, login, begin, owners, lists };
};

describe("the entries of sessions", () => {
  it("are there under every owner before the session is", async () => {
    const s = setup();
    await s.entries.enter(idOf(1), s.login());
    expect(await s.lists()).toEqual([[idOf(1)], [idOf(1)], [idOf(1)]]);
    expect(await s.entries.find(s.owners, () => true)).toEqual([]);
  });

  it("keep a login from beginning when they cannot be written", async () => {
    const s = setup();
    s.index.add = () => Promise.reject(new StoreDown());
    await expect(s.entries.enter(idOf(1), s.login())).rejects.toThrow(StoreDown);
  });

  it("lead to each session once, and only to those that are wanted", async () => {
    const s = setup();
    await s.begin(1);
    await s.begin(2, { username: "bob" as Username });
    const found = await s.entries.find(s.owners, (login) => login.username === "alice");
    expect(found.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(await s.entries.find(s.owners, () => true)).toHaveLength(2);
  });

  it("do not put a session's end off by leading to it", async () => {
    const s = setup();
    await s.begin(1);
    s.clock.pass(idle - 1);
    expect(await s.entries.find(s.owners, () => true)).toHaveLength(1);
    s.clock.pass(1);
    expect(await s.entries.find(s.owners, () => true)).toEqual([]);
  });

  it("end with their session, which is told in the log", async () => {
    const s = setup();
    const login = await s.begin(1);
    await s.entries.end(idOf(1), login, "a test");
    expect(await s.lists()).toEqual([[], [], []]);
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect(s.log.events).toEqual([{ event: "session-ended", username: "alice", why: "a test" }]);
  });

  it("do not keep a session from ending when they cannot be written", async () => {
    const s = setup();
    const login = await s.begin(1);
    s.index.remove = () => Promise.reject(new StoreDown());
    await s.entries.end(idOf(1), login, "a test");
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect(s.log.events).toContainEqual(expect.objectContaining({ event: "background" }));
  });

  it("outlive an unused session by a day, and no longer", async () => {
    const s = setup();
    await s.begin(1);
    s.clock.pass(idle + day - 1);
    expect((await s.lists()).map((ids) => ids.length)).toEqual([1, 1, 1]);
    s.clock.pass(1);
    expect(await s.lists()).toEqual([[], [], []]);
  });

  it("are put off by use, at most once an hour", async () => {
    const s = setup();
    const login = await s.begin(1);
    let added = 0;
    const { add } = s.index;
    s.index.add = (...args) => {
      added += 1;
      return add(...args);
    };
    const hour = 3600;
    s.clock.pass(hour - (s.clock.now() % hour) + 10);
    s.entries.renew(idOf(1), login);
    expect(added).toBe(3);
    s.clock.pass(60);
    s.entries.renew(idOf(1), { ...login, lastUsed: s.clock.now() - 60 });
    expect(added).toBe(3);
    s.clock.pass(hour);
    s.entries.renew(idOf(1), { ...login, lastUsed: s.clock.now() - hour });
    expect(added).toBe(6);
    s.clock.pass(idle + day - 1);
    expect((await s.lists())[0]).toEqual([idOf(1)]);
  });

  it("are a hundred for a username: beyond, those used least recently end, with all their entries", async () => {
    const s = setup();
    for (let n = 0; n < 100; n++) await s.begin(n);
    await s.index.add(byUsername(alice), idOf(0), idle + day);
    await s.begin(100);
    expect(await s.sessions.peek(idOf(0))).toBeDefined();
    expect(await s.sessions.peek(idOf(1))).toBeUndefined();
    expect((await s.lists()).map((ids) => ids.length)).toEqual([100, 100, 100]);
    await s.begin(101, { username: "bob" as Username });
    expect(await s.sessions.peek(idOf(2))).toBeDefined();
  });
});
