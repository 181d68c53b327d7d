import { describe, expect, it } from "vitest";
import { mySessions } from "../../../../src/app/usecases/sessions/my-sessions.ts";
import { LoginRequired, NotFound, StoreDown } from "../../../../src/domain/failure.ts";
import type { Caller, Credentials } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Person } from "../../../../src/domain/identity/person.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { userFromClaims } from "../../../../src/domain/identity/user.ts";
import type { Login, SessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { claimNames, idleTimeout, loginSetup } from "../identity/login-setup.ts";

const nothing: Credentials = { kind: "none" };
const idOf = (name: string) => name.padEnd(32, "x") as SessionId;

const callerNamed = (sub: string): Caller & { readonly kind: "user" } => {
  const user = userFromClaims({ iss: "https://idp.example.org", sub }, claimNames);
  if (!user) throw new Error("the claims name nobody");
  return { kind: "user", user };
};
const alice = callerNamed("alice");

const setup = () => {
  const s = loginSetup();
  /** A session of this person's, begun now. */
  const begin = async (name: string, whose = alice, more: Partial<Login> = {}) => {
    const id = idOf(name);
    const { username, person, sub } = whose.user;
    const sealedTokens = s.tokens.seal(id, s.identityProvider.tokensOf(username));
    const login = {
      username,
      person,
      ...(sub && { subject: sub }),
      since: s.clock.now(),
      sealedTokens,
      ...more,
    };
    await s.registered.register(id, login);
    await s.sessions.create(id, { login }, idleTimeout);
    return id;
  };
  const usedBy = async (id: SessionId): Promise<Credentials> => {
    const stored = await s.sessions.load(id, idleTimeout);
    if (!stored) throw new Error("there is no such session");
    return { kind: "session", id, stored };
  };
  const isThere = async (id: SessionId) => (await s.sessions.peek(id)) !== undefined;
  return { ...s, begin, usedBy, isThere, mine: mySessions({ registered: s.registered, clock: s.clock }) };
};

describe("the list of one's own sessions", () => {
  it("has the last used first, says which one asks, and has nobody else's", async () => {
    const s = setup();
    const since = s.clock.now();
    await s.begin("unused", alice, { client: "Firefox on Linux" });
    await s.begin("used", alice, { lastUsed: since + 5 });
    await s.begin("bob's", callerNamed("bob"));
    const current = await s.begin("current");
    s.clock.pass(7);
    const listed = await s.mine.list(alice, await s.usedBy(current));
    expect(listed).toMatchObject([
      { since, lastUsed: since + 7, isCurrent: true, client: undefined },
      { since, lastUsed: since + 5, isCurrent: false, client: undefined },
      { since, lastUsed: since, isCurrent: false, client: "Firefox on Linux" },
    ]);
  });

  it("has the last used first, in whatever order the registry has them", async () => {
    const s = setup();
    const since = s.clock.now();
    for (const after of [5, 9, 7]) await s.begin(`used after ${after}`, alice, { lastUsed: since + after });
    const lastUsed = (await s.mine.list(alice, nothing)).map((session) => session.lastUsed - since);
    expect(lastUsed).toEqual([9, 7, 5]);
  });

  it("names them by what tells nothing of their ids", async () => {
    const s = setup();
    const current = await s.begin("current");
    await s.begin("other");
    const names = (await s.mine.list(alice, await s.usedBy(current))).map(({ publicId }) => publicId);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(names)).not.toContain(current);
  });

  it("has the one that asks when its entry is lost, and has it once", async () => {
    const s = setup();
    const used = await s.usedBy(await s.begin("current"));
    expect(await s.mine.list(alice, used)).toHaveLength(1);
    s.registry.list = async () => [];
    expect(await s.mine.list(alice, used)).toMatchObject([{ isCurrent: true }]);
    const other = await s.begin("other");
    s.registry.list = async () => [other];
    expect(await s.mine.list(alice, used)).toMatchObject([{ isCurrent: true }, { isCurrent: false }]);
  });

  it("has none that asks for who came with a token, or with a session in which nobody is logged in", async () => {
    const s = setup();
    await s.begin("a browser's");
    await s.sessions.create(idOf("empty"), {}, idleTimeout);
    for (const used of [{ kind: "bearer", token: "t" } as const, await s.usedBy(idOf("empty"))]) {
      expect(await s.mine.list(alice, used)).toMatchObject([{ isCurrent: false }]);
    }
  });

  it("has what version 0.1 began for who has its subject and its username, both of them", async () => {
    const s = setup();
    const old = async (name: string, { person: _, ...login }: Partial<Login> & { person?: Person }) => {
      await s.registered.register(idOf(name), login as Login);
      await s.sessions.create(idOf(name), { login: login as Login }, idleTimeout);
    };
    const login = {
      username: "alice" as Username,
      since: 1,
      subject: "alice",
      sealedTokens: "" as SealedText,
    };
    await old("hers", login);
    await old("of another name", { ...login, username: "bob" as Username });
    await old("of another subject", { ...login, subject: "bob" });
    expect(await s.mine.list(alice, nothing)).toHaveLength(1);
    expect(await s.mine.list({ kind: "user", user: { ...alice.user, sub: undefined } }, nothing)).toEqual([]);
  });
});

describe("ending one's own sessions", () => {
  const other = async () => {
    const s = setup();
    const current = await s.begin("current");
    const ended = await s.begin("other");
    const used = await s.usedBy(current);
    const name = (await s.mine.list(alice, used)).find(({ isCurrent }) => !isCurrent)?.publicId ?? "";
    return { ...s, current, ended, used, name };
  };

  it("ends the one that was named, and has the provider forget its login", async () => {
    const s = await other();
    expect(await s.mine.end(alice, s.used, s.name)).toBe(s.ended);
    expect([await s.isThere(s.ended), await s.isThere(s.current)]).toEqual([false, true]);
    await s.background.settle();
    expect(s.identityProvider.revoked).toHaveLength(1);
    expect(s.log.events).toMatchObject([{ event: "session-ended", why: "its owner wished it" }]);
  });

  it("is not found for what is somebody else's, or nobody's, and ends nothing", async () => {
    const s = await other();
    await expect(s.mine.end(callerNamed("bob"), nothing, s.name)).rejects.toThrow(NotFound);
    await expect(s.mine.end(alice, s.used, "0".repeat(32))).rejects.toThrow("You have no such session.");
    expect([await s.isThere(s.ended), await s.isThere(s.current)]).toEqual([true, true]);
  });

  it("ends all but the one that asks, or all", async () => {
    const s = await other();
    const bobs = await s.begin("bob's", callerNamed("bob"));
    await s.mine.endOthers(alice, s.used);
    expect([await s.isThere(s.ended), await s.isThere(s.current)]).toEqual([false, true]);
    await s.mine.endAll(alice, s.used);
    expect([await s.isThere(s.current), await s.isThere(bobs)]).toEqual([false, true]);
  });

  it("ends all when a token asks for the others to end, which has no session", async () => {
    const s = await other();
    await s.mine.endOthers(alice, { kind: "bearer", token: "t" });
    expect([await s.isThere(s.ended), await s.isThere(s.current)]).toEqual([false, false]);
  });

  it("leaves the login at the provider alone while another session shares it, unless all end", async () => {
    const s = setup();
    const current = await s.begin("current", alice, { providerSession: "sid-1" });
    const used = await s.usedBy(current);
    const ending = [
      async () => {
        const listed = await s.mine.list(alice, used);
        await s.mine.end(alice, used, listed.find(({ isCurrent }) => !isCurrent)?.publicId ?? "");
      },
      () => s.mine.endOthers(alice, used),
    ];
    for (const end of ending) {
      await s.begin("other", alice, { providerSession: "sid-1" });
      await end();
      expect(s.background.waiting).toMatchObject([{ after: 0.5 }]);
      await s.background.settle();
      expect(s.identityProvider.revoked).toEqual([]);
    }
    await s.mine.endAll(alice, used);
    expect(s.background.waiting).toMatchObject([{ after: 0 }]);
    await s.background.settle();
    expect(s.identityProvider.revoked).toHaveLength(1);
  });

  it("is for nobody who is not known, and an outage is told as one", async () => {
    const s = await other();
    const cause = new StoreDown();
    for (const act of [s.mine.list, s.mine.endOthers, s.mine.endAll]) {
      await expect(act(anonymous, s.used)).rejects.toThrow(LoginRequired);
      await expect(act({ kind: "unverified", cause }, s.used)).rejects.toBe(cause);
    }
    expect([await s.isThere(s.ended), await s.isThere(s.current)]).toEqual([true, true]);
  });
});
