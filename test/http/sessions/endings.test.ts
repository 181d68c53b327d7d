import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";

const lifetime = 10_000;

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock, environment: { SESSION_MAX_LIFETIME: String(lifetime) } });

let count = 0;
let person: string;
beforeEach(() => {
  const { provider, events } = server;
  provider.clearFaults();
  provider.injectFault("rotating-refresh-tokens");
  provider.state.revokesSingleToken = true;
  provider.state.responseDelay = 0.3;
  events.length = 0;
  person = `person-${++count}`;
});

const json = { Accept: "application/json" };

const logIn = async (visitor: Browser, sid?: string, name = person): Promise<Browser> => {
  server.provider.setPerson({ sub: name, username: name, groups: [] });
  server.provider.state.providerSession = sid;
  await visitor.logIn();
  return visitor;
};
const loggedIn = (sid?: string, name?: string): Promise<Browser> => logIn(browser(server), sid, name);

const remove = (visitor: Browser, path: string) => visitor.ask({ method: "DELETE", path, headers: json });

/** The public id of this browser's session. */
const idOf = async (visitor: Browser): Promise<string> => {
  const answer = await visitor.ask({ path: "/sessions", headers: json });
  const { sessions } = answer.json() as { sessions: { id: string; current: boolean }[] };
  return sessions.find(({ current }) => current)?.id ?? "";
};

const notify = async (claims: Record<string, unknown>) => {
  const body = new URLSearchParams({ logout_token: await server.provider.logoutToken(claims) }).toString();
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return server.ask({ method: "POST", path: "/backchannel-logout", headers, body });
};

/** Expects the number of this person's valid refresh tokens at the provider, after all background work. */
const becomes = (tokens: number, name = person) =>
  vi.waitFor(() => expect(server.provider.state.grants.countValid(name)).toBe(tokens), { timeout: 4000 });

interface TwoBrowsers {
  readonly visitor: Browser;
  readonly id: string;
  readonly otherBrowser: Browser;
}

/** Each of these ends the visitor's session and, unless it says so, no other one. */
const endings: Record<string, (browsers: TwoBrowsers) => Promise<unknown>> = {
  "a logout": ({ visitor }) => visitor.ask({ method: "POST", path: "/logout" }),
  "its owner, from elsewhere": ({ otherBrowser, id }) => remove(otherBrowser, `/sessions/${id}`),
  "its owner, who ends all others": ({ otherBrowser }) => remove(otherBrowser, "/sessions"),
  "its owner, by the page's form": ({ otherBrowser, id }) =>
    otherBrowser.ask({
      method: "POST",
      path: "/sessions",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ action: "end", id }).toString(),
    }),
  "a notice of the provider's": () => notify({ sub: person, sid: "one" }),
  "a login anew, by another login at the provider": ({ visitor }) => logIn(visitor, "three", `${person}-b`),
};

/** A person with two browsers. */
const started = async (): Promise<TwoBrowsers> => {
  const [visitor, otherBrowser] = [await loggedIn("one"), await loggedIn("two")];
  return { visitor, otherBrowser, id: await idOf(visitor) };
};

describe.each(Object.entries(endings))("a session that is ended by %s", (_, end) => {
  test("has its refresh token revoked, and no other one", async () => {
    const browsers = await started();
    await becomes(2);
    await end(browsers);
    await becomes(1);
    clock.pass(301);
    expect(await username(browsers.otherBrowser)).toBe(person);
    expect(server.events.filter(({ event }) => event === "background")).toEqual([]);
  });

  test("has the refresh token of a concurrent renewal revoked too", async () => {
    const browsers = await started();
    const cookie = browsers.visitor.cookies.get(sessionCookie) ?? "";
    server.provider.state.idTokenLifetime = 10_000;
    await username(browsers.otherBrowser);
    clock.pass(301);
    await username(browsers.otherBrowser);
    const late = browser(server);
    late.cookies.set(sessionCookie, cookie);
    const before = server.provider.state.tokenRequests.length;
    server.provider.injectFaultOnce("redeemed-but-slow");
    const renewing = username(late);
    await vi.waitFor(() => expect(server.provider.state.tokenRequests.length).toBeGreaterThan(before));
    await delay(50);
    await end(browsers);
    expect(await renewing).toBeNull();
    await becomes(1);
    server.provider.state.idTokenLifetime = 300;
    expect(await username(browsers.otherBrowser)).toBe(person);
  });
});

test("ending all sessions including the current one revokes all refresh tokens", async () => {
  const { visitor } = await started();
  await remove(visitor, "/sessions?all=true");
  await becomes(0);
});

test("an expired session has its refresh token revoked", async () => {
  const visitor = await loggedIn("one");
  clock.pass(lifetime);
  expect(await username(visitor)).toBeNull();
  await becomes(0);
});

test("a renewal with another person's id token revokes both refresh tokens", async () => {
  const visitor = await loggedIn("one");
  clock.pass(301);
  server.provider.injectFaultOnce("other-subject-on-refresh");
  expect(await username(visitor)).toBeNull();
  await becomes(0);
});

describe("of two sessions with one provider session, at a provider that revokes them together", () => {
  const both = async () => {
    server.provider.state.revokesSingleToken = false;
    return [await loggedIn("shared"), await loggedIn("shared")] as const;
  };
  const revocations = () => server.provider.state.calls.revocation;

  test("ending one does not affect the other one, and ending the last one revokes all", async () => {
    const [one, other] = await both();
    const before = revocations();
    await remove(other, `/sessions/${await idOf(one)}`);
    await delay(900);
    expect(revocations()).toBe(before);
    await remove(other, "/sessions?all=true");
    await vi.waitFor(() => expect(revocations()).toBe(before + 1));
  });

  test("a new login in the same browser does not revoke the new session's token", async () => {
    const visitor = await loggedIn("shared");
    const before = revocations();
    await logIn(visitor, "shared");
    await delay(900);
    expect(revocations()).toBe(before);
    clock.pass(301);
    expect(await username(visitor)).toBe(person);
  });

  test("both are revoked when both are ended", async () => {
    const [one] = await both();
    server.provider.state.revokesSingleToken = true;
    await remove(one, "/sessions?all=true");
    await becomes(0);
  });
});

test("a failed revocation is retried", async () => {
  const visitor = await loggedIn("one");
  server.provider.injectFaultOnce("revocation-500");
  await visitor.ask({ method: "POST", path: "/logout" });
  await becomes(0);
});

test("pending revocations are sent before the server stops", async () => {
  const other = await startServer({ clock, provider: server.provider });
  try {
    server.provider.setPerson({ sub: person, username: person, groups: [] });
    const visitor = browser(other);
    await visitor.logIn();
    server.provider.injectFaultOnce("revocation-slow");
    await visitor.ask({ method: "POST", path: "/logout" });
  } finally {
    await other.close();
  }
  expect(server.provider.state.grants.countValid(person)).toBe(0);
});
