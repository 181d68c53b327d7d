import { describe, expect, it } from "vitest";
import { backchannelLogout } from "../../../../src/app/usecases/identity/backchannel-logout.ts";
import { ProviderDown, StoreDown } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { logoutTokenMaxAge } from "../../../../src/domain/sessions/logout-claims.ts";
import type { Login, SessionId } from "../../../../src/domain/sessions/session.ts";
import { memoryReplayCache } from "../../../support/memory/replay-cache.ts";
import { idleTimeout, loginSetup } from "./login-setup.ts";

const id = "s".repeat(32) as SessionId;
const token = JSON.stringify({ id: "notice-1", subject: "sub-alice" });

const setup = async () => {
  const s = loginSetup();
  const replayCache = memoryReplayCache(s.clock);
  const begin = async (at = id, more: Partial<Login> = {}) => {
    const login = {
      username: "alice" as Username,
      since: s.clock.now(),
      subject: "sub-alice",
      sealedTokens: s.tokens.seal(at, { idToken: "i", accessToken: "a", refreshToken: `of-${at[0]}` }),
      ...more,
    };
    await s.registered.register(at, login);
    await s.sessions.create(at, { login }, idleTimeout);
  };
  await begin();
  return { ...s, replayCache, begin, logOut: backchannelLogout({ ...s, replayCache }) };
};

it("ends the sessions that a logout token names, once", async () => {
  const s = await setup();
  expect(await s.logOut(token)).toEqual({ outcome: "done" });
  expect(await s.sessions.peek(id)).toBeUndefined();
  await s.begin();
  const refused = { outcome: "refused", reason: "The logout token has been used before." };
  expect(await s.logOut(token)).toEqual(refused);
  expect(await s.sessions.peek(id)).toBeDefined();
  expect(s.log.events).toEqual([
    { event: "session-ended", username: "alice", why: "logged out at the provider" },
    { event: "logout-notice", ...refused },
  ]);
});

it("remembers a logout token for longer than it is accepted, and not for ever", async () => {
  const s = await setup();
  await s.logOut(token);
  s.clock.pass(logoutTokenMaxAge + 60);
  expect(await s.replayCache.has("notice-1")).toBe(true);
  s.clock.pass(logoutTokenMaxAge);
  expect(await s.replayCache.has("notice-1")).toBe(false);
});

it("accepts a logout token that comes again after an outage half way", async () => {
  const s = await setup();
  const { remove } = s.sessions;
  s.sessions.remove = () => Promise.reject(new StoreDown());
  await expect(s.logOut(token)).rejects.toThrow(StoreDown);
  s.sessions.remove = remove;
  expect(await s.logOut(token)).toEqual({ outcome: "done" });
  expect(await s.sessions.peek(id)).toBeUndefined();
});

it("refuses a token that is not valid, and judges none while the provider is away", async () => {
  const s = await setup();
  const refused = { outcome: "refused", reason: "it is no token" };
  expect(await s.logOut("no token")).toEqual(refused);
  expect(s.log.events).toContainEqual({ event: "logout-notice", ...refused });
  s.identityProvider.outage = new ProviderDown();
  await expect(s.logOut(token)).rejects.toThrow(ProviderDown);
  expect(await s.sessions.peek(id)).toBeDefined();
});

it("revokes what it ends, since the provider may have kept it for offline access", async () => {
  const s = await setup();
  await s.logOut(token);
  await s.background.settle();
  expect(s.identityProvider.revoked).toEqual(["of-s"]);
});

it("has a person's other sessions ask the provider, now and when it has done, if one of theirs is named", async () => {
  const s = await setup();
  await s.sessions.remove(id);
  const [named, other] = ["n".repeat(32) as SessionId, "o".repeat(32) as SessionId];
  await s.begin(named, { providerSession: "s1" });
  await s.begin(other, { providerSession: "s2" });
  await s.logOut(JSON.stringify({ id: "notice-2", subject: "sub-alice", providerSession: "s1" }));
  expect(await s.sessions.peek(named)).toBeUndefined();
  expect(await s.sessions.peek(other)).toBeDefined();
  const alice = "alice" as Username;
  expect(await s.marks.find(alice)).toBe(Math.ceil(s.clock.now()));
  const later = s.background.waiting.find(({ what }) => what.startsWith("looking again"));
  s.clock.pass(later?.after ?? Number.NaN);
  await s.background.settle();
  expect(await s.marks.find(alice)).toBe(Math.ceil(s.clock.now()));
});

describe("a login that is stored after a logout token", () => {
  const other = "o".repeat(32) as SessionId;
  const ofSession = JSON.stringify({ id: "notice-4", subject: "sub-alice", providerSession: "s1" });

  const later = async (notice: string, more: (now: number) => Partial<Login>) => {
    const s = await setup();
    await s.logOut(notice);
    await s.begin(other, more(s.clock.now()));
    s.clock.pass(5);
    await s.background.settle();
    return { ...s, isThere: (await s.sessions.peek(other)) !== undefined };
  };

  it("ends all the same if its code was redeemed before, and is revoked", async () => {
    const s = await later(token, (now) => ({ since: now - 0.1 }));
    expect(s.isThere).toBe(false);
    expect(s.identityProvider.revoked).toContain("of-o");
  });

  it("stays if its owner logged in after it", async () => {
    const s = await later(token, (now) => ({ since: now + 0.1 }));
    expect(s.isThere).toBe(true);
    expect(await s.marks.find("alice" as Username)).toBeUndefined();
  });

  it("ends if it is of the very session that was named, whatever the clocks say", async () => {
    expect((await later(ofSession, (now) => ({ since: now + 3, providerSession: "s1" }))).isThere).toBe(
      false,
    );
  });

  it("stays if it is of another session, and asks the provider if its code was redeemed before", async () => {
    const before = await later(ofSession, (now) => ({ since: now - 0.1, providerSession: "s2" }));
    expect(before.isThere).toBe(true);
    expect(await before.marks.find("alice" as Username)).toBe(Math.ceil(before.clock.now()));
    const after = await later(ofSession, (now) => ({ since: now + 0.1, providerSession: "s2" }));
    expect(after.isThere).toBe(true);
    expect(await after.marks.find("alice" as Username)).toBeUndefined();
  });
});

it("troubles nobody else, and nobody at all when all of a person's sessions end", async () => {
  const s = await setup();
  const other = "o".repeat(32) as SessionId;
  await s.begin(other, { username: "ben" as Username, subject: "sub-ben", providerSession: "s1" });
  await s.logOut(token);
  await s.logOut(JSON.stringify({ id: "notice-3", subject: "sub-alice", providerSession: "s1" }));
  expect(await s.sessions.peek(other)).toBeDefined();
  expect(await s.marks.find("alice" as Username)).toBeUndefined();
  expect(await s.marks.find("ben" as Username)).toBeUndefined();
});
