import { expect, it } from "vitest";
import { memoryUsedNotices } from "../../src/adapters/memory/used-notices.ts";
import { backchannelLogout } from "../../src/app/usecases/backchannel-logout.ts";
import { ProviderDown, StoreDown } from "../../src/domain/failure.ts";
import { logoutTokenMaxAge } from "../../src/domain/logout-notice.ts";
import type { SessionId } from "../../src/domain/session.ts";
import type { SealedText } from "../../src/domain/token-set.ts";
import type { Username } from "../../src/domain/user.ts";
import { idle, loginSetup } from "./login-setup.ts";

const id = "s".repeat(32) as SessionId;
const token = JSON.stringify({ id: "notice-1", subject: "sub-alice" });

const setup = async () => {
  const s = loginSetup();
  const notices = memoryUsedNotices(s.clock);
  const begin = async () => {
    const since = s.clock.now();
    const login = {
      username: "alice" as Username,
      since,
      subject: "sub-alice",
      sealedTokens: "" as SealedText,
    };
    await s.entries.enter(id, login);
    await s.sessions.create(id, { login }, idle);
  };
  await begin();
  return { ...s, notices, begin, logOut: backchannelLogout({ ...s, notices }) };
};

it("ends the sessions that a notice names, once", async () => {
  const s = await setup();
  expect(await s.logOut(token)).toEqual({ outcome: "done" });
  expect(await s.sessions.peek(id)).toBeUndefined();
  await s.begin();
  expect(await s.logOut(token)).toMatchObject({ outcome: "refused" });
  expect(await s.sessions.peek(id)).toBeDefined();
});

it("remembers a notice for longer than its token is accepted, and not for ever", async () => {
  const s = await setup();
  await s.logOut(token);
  s.clock.pass(logoutTokenMaxAge + 60);
  expect(await s.notices.has("notice-1")).toBe(true);
  s.clock.pass(logoutTokenMaxAge);
  expect(await s.notices.has("notice-1")).toBe(false);
});

it("obeys a notice that comes again after an outage half way", async () => {
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
  expect(await s.logOut("no token")).toEqual({ outcome: "refused", reason: "it is no token" });
  s.identityProvider.outage = new ProviderDown();
  await expect(s.logOut(token)).rejects.toThrow(ProviderDown);
  expect(await s.sessions.peek(id)).toBeDefined();
});
