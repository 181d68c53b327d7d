import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { type ManualClock, manualClock } from "../../support/measuring/manual-clock.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { sessionCookie } from "../../support/sessions/sessions.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

let clock: ManualClock;
let servers: [RunningServer, RunningServer];
beforeAll(async () => {
  clock = manualClock(Math.floor(Date.now() / 1000));
  const provider = await stubProvider({ now: clock.now });
  const first = await startServer({ clock, provider });
  servers = [first, await startServer({ clock, provider, folder: first.folder })];
});
afterAll(async () => {
  const [first, second] = servers;
  await second.close();
  await first.close();
  await first.provider.close();
});
beforeEach(() => servers[0].provider.clearFaults());

const privateGroup = "/groups/test-private";
const json = { Accept: "application/json" };

/** Browsers of both servers that share one session. */
const loggedIn = async (name: string, ...groups: string[]): Promise<Browser[]> => {
  servers[0].provider.setPerson({ sub: name, username: name, groups });
  const visitors = servers.map(browser);
  await visitors[0]?.logIn();
  visitors[1]?.cookies.set(sessionCookie, visitors[0]?.cookies.get(sessionCookie) ?? "");
  return visitors;
};

const statuses = (visitors: readonly Browser[]) =>
  Promise.all(visitors.map(async (each) => (await each.ask({ path: privateGroup, headers: json })).status));

const bearerStatuses = (authorization: string) =>
  Promise.all(
    servers.map(async (each) => {
      const headers = { ...json, Authorization: authorization };
      return (await each.ask({ path: privateGroup, headers })).status;
    }),
  );

/** Sets a not-before mark, as another instance does when a user's roles change. */
const changeRoles = async (name: string, ...groups: string[]): Promise<void> => {
  clock.pass(1);
  servers[0].provider.setPerson({ sub: name, username: name, groups });
  await servers[0].stored.setNotBefore(name, Math.ceil(clock.now()));
};

/** In seconds: for how long instances cache marks. */
const notice = 5;

describe("a change of a user's roles", () => {
  test("applies to sessions on every instance within five seconds, after one renewal", async () => {
    const visitors = await loggedIn("ann", "test-private/viewers");
    expect(await statuses(visitors)).toEqual([200, 200]);
    const before = servers[0].provider.state.tokenRequests.length;
    await changeRoles("ann");
    clock.pass(notice);
    expect(await statuses(visitors)).toEqual([403, 403]);
    expect(servers[0].provider.state.tokenRequests.length - before).toBe(1);
  });

  test("grants roles as quickly as it revokes them", async () => {
    const visitors = await loggedIn("ben");
    expect(await statuses(visitors)).toEqual([403, 403]);
    await changeRoles("ben", "test-private/viewers");
    clock.pass(notice);
    expect(await statuses(visitors)).toEqual([200, 200]);
  });

  test("makes Bearer tokens stale on every instance within five seconds", async () => {
    servers[0].provider.setPerson({ sub: "cleo", username: "cleo", groups: ["test-private/viewers"] });
    const old = await servers[0].bearer("cleo", "test-private/viewers");
    expect(await bearerStatuses(old)).toEqual([200, 200]);
    await changeRoles("cleo");
    clock.pass(notice);
    expect(await bearerStatuses(old)).toEqual([401, 401]);
    const answer = await servers[1].ask({ path: privateGroup, headers: { ...json, Authorization: old } });
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer .*error="invalid_token"/);
    expect(await bearerStatuses(await servers[0].bearer("cleo"))).toEqual([403, 403]);
  });

  test("applies immediately if the user's mark is not cached", async () => {
    const visitors = await loggedIn("dora", "test-private/viewers");
    clock.pass(notice);
    await changeRoles("dora");
    expect(await statuses(visitors)).toEqual([403, 403]);
  });

  test("does not affect other users' tokens", async () => {
    const visitors = await loggedIn("eve", "test-private/viewers");
    await changeRoles("finn");
    clock.pass(notice);
    const before = servers[0].provider.state.tokenRequests.length;
    expect(await statuses(visitors)).toEqual([200, 200]);
    expect(servers[0].provider.state.tokenRequests.length).toBe(before);
  });
});
