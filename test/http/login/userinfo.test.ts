import { beforeEach, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });
beforeEach(() => {
  server.provider.clearFaults();
  server.provider.state.userinfoRequests.length = 0;
});

/** A provider whose id tokens have neither username nor groups. */
const setGroups = (...groups: readonly string[]) =>
  server.provider.setPerson({
    sub: "vera",
    username: "vera",
    groups: [],
    claims: { preferred_username: undefined, groups: undefined },
    userinfo: { preferred_username: "vera", groups },
  });

const privatePage = "/groups/test-private";

test("userinfo is requested at the login and at renewals only", async () => {
  setGroups("test-private/viewers");
  const visitor = browser(server);
  expect((await visitor.logIn()).status).toBe(302);
  setGroups();
  for (let i = 0; i < 3; i += 1) {
    expect(await username(visitor)).toBe("vera");
    expect((await visitor.ask(privatePage)).status).toBe(200);
  }
  expect(server.provider.state.userinfoRequests).toHaveLength(1);
  clock.pass(301);
  for (let i = 0; i < 3; i += 1) expect((await visitor.ask(privatePage)).status).toBe(403);
  expect(server.provider.state.userinfoRequests).toHaveLength(2);
});

test("while userinfo is unavailable, users lose neither roles nor sessions", async () => {
  setGroups("test-private/viewers");
  const visitor = browser(server);
  await visitor.logIn();
  server.provider.injectFault("userinfo-500");
  expect((await browser(server).logIn()).status).toBe(503);
  clock.pass(301);
  const answer = await visitor.ask(privatePage);
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
  expect((await visitor.ask("/groups/blab")).status).toBe(200);
  server.provider.clearFaults();
  clock.pass(1);
  expect((await visitor.ask(privatePage)).status).toBe(200);
  const causes = server.events
    .filter(({ event }) => event === "renewal")
    .map((event) => String(Reflect.get(event, "outcome")));
  expect(causes).toContain("broken");
});

test("userinfo can be disabled", async () => {
  const never = await startServer({
    clock,
    provider: server.provider,
    environment: { OIDC_USERINFO: "never", OIDC_USERNAME_CLAIM: "sub" },
  });
  try {
    setGroups("test-private/viewers");
    const visitor = browser(never);
    await visitor.logIn();
    expect((await visitor.ask(privatePage)).status).toBe(403);
    expect(server.provider.state.userinfoRequests).toEqual([]);
  } finally {
    await never.close();
  }
});
