import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser, loggedInBrowser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";
import type { TokenResponseFault } from "../../support/stub-provider/fault.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock, environment: { OIDC_TIMEOUT: "1", RENEWAL_TIMEOUT: "1.5" } });
beforeEach(() => {
  server.provider.clearFaults();
  server.provider.setPerson({ sub: "alice", username: "alice", groups: ["test-private/viewers"] });
});

const tokenLifetime = 300;
const privatePage = "/groups/test-private";

const loggedIn = () => loggedInBrowser(server);

/** The number of requests to the token endpoint during some work. */
const redemptions = async (work: () => Promise<unknown>): Promise<number> => {
  const before = server.provider.state.tokenRequests.length;
  await work();
  return server.provider.state.tokenRequests.length - before;
};

const status = async (visitor: Browser, path: string): Promise<number> => (await visitor.ask(path)).status;

describe("an expired id token", () => {
  test("is renewed once for many concurrent requests, with single-use refresh tokens", async () => {
    server.provider.injectFault("rotating-refresh-tokens");
    const visitor = await loggedIn();
    for (let round = 0; round < 3; round++) {
      clock.pass(tokenLifetime + 1);
      const tokenRequests = await redemptions(async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, () => visitor.ask(privatePage)));
        expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
      });
      expect(tokenRequests).toBe(1);
    }
    expect(server.provider.state.grants.maxRedemptions()).toBe(1);
  });

  test("is renewed once by two servers with the same folder", async () => {
    server.provider.injectFault("rotating-refresh-tokens");
    const visitor = await loggedIn();
    const second = await startServer({ clock, folder: server.folder, provider: server.provider });
    try {
      const secondBrowser = browser(second);
      secondBrowser.cookies.set(sessionCookie, visitor.cookies.get(sessionCookie) ?? "");
      clock.pass(tokenLifetime + 1);
      const tokenRequests = await redemptions(async () => {
        const both = [visitor, secondBrowser, visitor, secondBrowser].map((who) => status(who, privatePage));
        expect(await Promise.all(both)).toEqual([200, 200, 200, 200]);
      });
      expect(tokenRequests).toBe(1);
    } finally {
      await second.close();
    }
  });

  test("is renewed with the new roles", async () => {
    const visitor = await loggedIn();
    expect(await status(visitor, privatePage)).toBe(200);
    server.provider.setPerson({ sub: "alice", username: "alice", groups: [] });
    clock.pass(tokenLifetime + 1);
    expect(await status(visitor, privatePage)).toBe(403);
  });

  test("is renewed with the old refresh token when the response has no new one", async () => {
    const visitor = await loggedIn();
    for (let round = 0; round < 3; round++) {
      clock.pass(tokenLifetime + 1);
      expect(await username(visitor)).toBe("alice");
    }
  });

  test("is renewed and stored before the response is sent", async () => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    const before = [...(await server.stored.sessions()).values()];
    const cookie = `${sessionCookie}=${visitor.cookies.get(sessionCookie)}`;
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const aborted = request(
      server.origin + privatePage,
      { headers: { Cookie: cookie } },
      async (response) => {
        resolve([...(await server.stored.sessions()).values()]);
        response.resume();
      },
    );
    aborted.end();
    const changed = (await promise).filter((text) => !before.includes(text));
    expect(changed).toHaveLength(1);
  });

  test("is renewed and stored even if the client disconnects", async () => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFaultOnce("slow");
    const tokenRequests = await redemptions(async () => {
      const gone = request(server.origin + privatePage, {
        headers: { Cookie: `${sessionCookie}=${visitor.cookies.get(sessionCookie)}` },
      });
      gone.on("error", () => {});
      gone.end();
      await delay(150);
      gone.destroy();
      await delay(600);
      expect(await status(visitor, privatePage)).toBe(200);
    });
    expect(tokenRequests).toBe(1);
  });
});

describe("a refused renewal", () => {
  test("logs out, and redirects to the login", async () => {
    const logins = async () =>
      [...(await server.stored.sessions()).values()].filter((text) => text.includes('"login"')).length;
    const before = await logins();
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFaultOnce("invalid-grant");
    const answer = await visitor.ask(privatePage);
    expect(answer.status).toBe(302);
    expect(answer.headers["location"]).toMatch(/^\/login\?/);
    expect(await redemptions(() => username(visitor))).toBe(0);
    expect(await username(visitor)).toBeNull();
    expect(await logins()).toBe(before);
    await visitor.logIn();
    expect(await username(visitor)).toBe("alice");
  });

  test("is the result of another person's id token in the response", async () => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFaultOnce("other-subject-on-refresh");
    expect(await username(visitor)).toBeNull();
  });
});

describe("while the provider malfunctions", () => {
  const outages: TokenResponseFault[] = [
    "other-400",
    "invalid-client",
    "too-many-requests",
    "server-error",
    "server-error-with-invalid-grant",
    "html",
    "json-array",
    "truncated-json",
    "truncated-body",
    "connection-reset",
    "redirected",
  ];
  test("nobody is logged out by a response after the timeout", async () => {
    const slow = await startServer({
      clock,
      provider: server.provider,
      environment: { OIDC_TIMEOUT: "0.5", RENEWAL_TIMEOUT: "0.5" },
    });
    const visitor = browser(slow);
    await visitor.logIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault("rotating-refresh-tokens");
    server.provider.injectFaultOnce("redeemed-but-slow");
    server.provider.state.responseDelay = 1.5;
    const tokenRequests = await redemptions(async () => {
      expect(await status(visitor, privatePage)).toBe(503);
      await expect.poll(() => status(visitor, privatePage), { timeout: 10_000, interval: 200 }).toBe(200);
    });
    server.provider.state.responseDelay = 0.5;
    expect(tokenRequests).toBe(1);
    await slow.close();
  });

  const endings: TokenResponseFault[] = [
    "no-id-token",
    "interaction-required",
    "dex-invalid-request",
    "invalid-grant",
  ];
  test.each(endings)("the user has to log in again after %s, and can", async (fault) => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault(fault);
    const sent = await visitor.ask(privatePage);
    expect([sent.status, sent.headers["location"]?.startsWith("/login")]).toEqual([302, true]);
    server.provider.clearFaults();
    await visitor.logIn(sent.headers["location"]);
    expect(await status(visitor, privatePage)).toBe(200);
  });

  /** A browser that was redirected to the provider when its login ended. */
  const loggedInAgain = async (): Promise<Browser> => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault("invalid-grant");
    const sent = await visitor.ask(privatePage);
    server.provider.clearFaults();
    await visitor.logIn(sent.headers["location"]);
    return visitor;
  };

  const asksAgain = "Your identity provider asks you to log in again.";
  test.each(endings)(
    "every page says that the user was logged out, until the next login: %s",
    async (fault) => {
      const ended = async () =>
        [...(await server.stored.sessions()).values()].filter((record) => record.includes("loginEnd")).length;
      const before = await ended();
      const visitor = await loggedIn();
      const text = async (path: string, headers = {}) => (await visitor.ask({ path, headers })).text;
      expect(await text("/groups/blab")).not.toContain(asksAgain);
      clock.pass(tokenLifetime + 1);
      server.provider.injectFault(fault);
      const message = `${asksAgain} <a href="/login?return_to=%2Fgroups%2Fblab">Log in again</a>`;
      expect(await text("/groups/blab")).toContain(message);
      server.provider.clearFaults();
      expect(await ended()).toBe(before + 1);
      expect(await text("/groups/blab")).toContain(message);
      expect(await text(privatePage, { Accept: "application/json" })).toContain(asksAgain);
      const refused = await visitor.ask({ method: "DELETE", path: "/groups/blab/zika" });
      expect(refused.status).toBe(401);
      expect(refused.text).toContain(asksAgain);
      expect(refused.text).toContain('href="/login"');
      expect((await browser(server).ask("/groups/blab")).text).not.toContain(asksAgain);
      await visitor.logIn();
      expect(await text("/groups/blab")).not.toContain(asksAgain);
      expect(await ended()).toBe(before);
    },
  );

  test("the first page after an immediate redirect to the provider says why, once", async () => {
    const visitor = await loggedInAgain();
    const notice =
      "<strong>You have logged in again.</strong> Your identity provider asked you to log in again.";
    // It may be one that refuses something.
    expect((await visitor.ask("/groups/nobody-knows-it")).text).toContain(notice);
    expect((await visitor.ask("/groups/nobody-knows-it")).text).not.toContain(notice);
    expect((await visitor.ask(privatePage)).text).not.toContain(notice);
  });

  test("Auspice's bar says why, after the login", async () => {
    const visitor = await loggedInAgain();
    const notice = '<p role="status" data-slot="notice">You were asked to log in again.</p>';
    expect((await visitor.ask("/edit/narratives")).text).toContain(notice);
    expect((await visitor.ask("/edit/narratives")).text).not.toContain(notice);
  });

  test("a user who was told before the login is not told again", async () => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault("invalid-grant");
    await visitor.ask(privatePage);
    server.provider.clearFaults();
    expect((await visitor.ask("/groups/blab")).text).toContain(asksAgain);
    await visitor.logIn();
    expect((await visitor.ask(privatePage)).text).not.toContain("You have logged in again.");
  });

  test.each(outages)("nobody is logged out by its %s", async (fault) => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault(fault);
    const refused = await visitor.ask(privatePage);
    expect([refused.status, refused.headers["location"]]).toEqual([503, undefined]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(await status(visitor, "/groups/blab")).toBe(200);
    const who = await visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });
    expect(who.status).toBe(503);
    server.provider.clearFaults();
    clock.pass(2);
    expect(await status(visitor, privatePage)).toBe(200);
  });

  const useless = ["bad-signature", "wrong-audience", "wrong-issuer", "hs256-with-public-key"] as const;
  test.each([...useless, "exp-not-a-number", "no-subject", "not-a-jwt"] as const)(
    "nobody is logged out, and nothing revoked, by a renewed token with this fault: %s",
    async (fault) => {
      server.provider.injectFault("rotating-refresh-tokens");
      const visitor = await loggedIn();
      clock.pass(tokenLifetime + 1);
      const before = server.provider.state.revoked.length;
      server.provider.injectFault(fault);
      for (let round = 0; round < 2; round++) {
        const refused = await visitor.ask(privatePage);
        expect([refused.status, refused.headers["location"]]).toEqual([503, undefined]);
        clock.pass(2);
      }
      server.provider.clearFaults();
      server.provider.injectFault("rotating-refresh-tokens");
      expect(await status(visitor, privatePage)).toBe(200);
      expect(server.provider.state.revoked.length).toBe(before);
    },
  );

  test("nobody is logged out while its host name cannot be resolved", async () => {
    const visitor = await loggedIn();
    const environment = { OAUTH2_TOKEN_URL: "https://provider.invalid/token", OIDC_TIMEOUT: "1" };
    const { folder, provider } = server;
    const second = await startServer({ clock, folder, provider, environment });
    try {
      const secondBrowser = browser(second);
      secondBrowser.cookies.set(sessionCookie, visitor.cookies.get(sessionCookie) ?? "");
      clock.pass(tokenLifetime + 1);
      const refused = await secondBrowser.ask(privatePage);
      expect([refused.status, refused.headers["location"]]).toEqual([503, undefined]);
      expect(await status(secondBrowser, "/groups/blab")).toBe(200);
    } finally {
      await second.close();
    }
    expect(await status(visitor, privatePage)).toBe(200);
  });

  test("nobody is logged out because the server's clock is slow", async () => {
    const visitor = await loggedIn();
    clock.pass(-60);
    expect(await status(visitor, privatePage)).toBe(200);
    server.provider.injectFault("issued-in-the-future");
    clock.pass(tokenLifetime + 61);
    expect(await status(visitor, privatePage)).toBe(200);
    expect(await status(visitor, privatePage)).toBe(200);
  });

  test("nobody is logged out because the server's clock is fast, even with single-use refresh tokens", async () => {
    server.provider.injectFault("rotating-refresh-tokens");
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.injectFault("expired");
    for (let round = 0; round < 2; round++) {
      const refused = await visitor.ask(privatePage);
      expect([refused.status, refused.headers["location"]]).toEqual([503, undefined]);
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      expect(await status(visitor, "/groups/blab")).toBe(200);
      clock.pass(2);
    }
    const message = server.events.filter(({ event }) => event === "renewal" || event === "request-failed");
    expect(JSON.stringify(message, (_, value) => (value instanceof Error ? value.message : value))).toContain(
      "this server's clock",
    );
    server.provider.clearFaults();
    server.provider.injectFault("rotating-refresh-tokens");
    expect(await status(visitor, privatePage)).toBe(200);
  });

  test("a valid id token is still accepted, and an expired one is renewed after the outage", async () => {
    const visitor = await loggedIn();
    await server.provider.refuseConnections();
    try {
      expect(await status(visitor, privatePage)).toBe(200);
      clock.pass(tokenLifetime + 1);
      expect(await status(visitor, privatePage)).toBe(503);
      expect(await status(visitor, "/groups/blab")).toBe(200);
    } finally {
      await server.provider.acceptConnections();
    }
    clock.pass(2);
    expect(await status(visitor, privatePage)).toBe(200);
  });

  test("a request is answered within its time limit, and one that waits for its renewal soon after", async () => {
    const visitor = await loggedIn();
    clock.pass(tokenLifetime + 1);
    server.provider.state.responseDelay = 4;
    server.provider.injectFault("slow");
    const begun = Date.now();
    const both = await Promise.all([status(visitor, privatePage), status(visitor, privatePage)]);
    expect(both).toEqual([503, 503]);
    expect(Date.now() - begun).toBeLessThan(3000);
    server.provider.state.responseDelay = 0.5;
  });
});

describe("a not-before mark", () => {
  test("makes a session renew, without ending it", async () => {
    const visitor = await loggedIn();
    expect(await status(visitor, privatePage)).toBe(200);
    server.provider.setPerson({ sub: "alice", username: "alice", groups: [] });
    clock.pass(10);
    await mark("alice");
    const tokenRequests = await redemptions(async () => expect(await status(visitor, privatePage)).toBe(403));
    expect(tokenRequests).toBe(1);
    expect(await username(visitor)).toBe("alice");
  });

  test("that is ahead of the provider's clock makes a session renew once, and so does each later mark", async () => {
    const visitor = await loggedIn();
    for (const ahead of [3600, 7200, 0, 0]) {
      await server.stored.setNotBefore("alice", clock.now() + ahead);
      clock.pass(6);
      const tokenRequests = await redemptions(async () => {
        for (let n = 0; n < 3; n++) expect(await username(visitor)).toBe("alice");
      });
      expect(tokenRequests).toBe(1);
    }
  });
});

/** Sets a mark as another instance with the same stores does. */
const mark = (who: string): Promise<void> => server.stored.setNotBefore(who, clock.now());
