import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import type { Answer } from "../../support/requests/http.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";

const server = testServer();
let second: RunningServer;
beforeAll(async () => {
  second = await startServer({ folder: server.folder, provider: server.provider });
});
afterAll(() => second.close());
beforeEach(() => server.provider.clearFaults());

const notify = (body: string, headers: Record<string, string> = {}, to = server): Promise<Answer> =>
  to.ask({
    method: "POST",
    path: "/backchannel-logout",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body,
  });

const formOf = (token: string): string => new URLSearchParams({ logout_token: token }).toString();

/** A browser that is logged in with this provider session. */
const loggedIn = async (name: string, providerSession?: string): Promise<Browser> => {
  server.provider.setPerson({ sub: `sub-${name}`, username: name, groups: [] });
  server.provider.state.providerSession = providerSession;
  const visitor = browser(server);
  await visitor.logIn();
  expect(await username(visitor)).toBe(name);
  return visitor;
};

describe("a logout at the provider", () => {
  test("of a person ends all their sessions and no others, on any instance", async () => {
    const [one, two, other] = [
      await loggedIn("ann"),
      await loggedIn("ann", "s1"),
      await loggedIn("ben", "s2"),
    ];
    const token = await server.provider.logoutToken({ sub: "sub-ann" });
    const answer = await notify(formOf(token), {}, second);
    expect([answer.status, answer.text, answer.headers["cache-control"]]).toEqual([200, "", "no-store"]);
    expect(await username(one)).toBeNull();
    expect(await username(two)).toBeNull();
    expect(await username(other)).toBe("ben");
  });

  test.each([
    ["alone", { sub: undefined, sid: "c1" }],
    ["with its person", { sub: "sub-cleo", sid: "c1" }],
  ])("of a session %s ends that session only", async (_, claims) => {
    const [endedBrowser, otherBrowser] = [await loggedIn("cleo", "c1"), await loggedIn("cleo", "c2")];
    expect((await notify(formOf(await server.provider.logoutToken(claims)))).status).toBe(200);
    expect(await username(endedBrowser)).toBeNull();
    expect(await username(otherBrowser)).toBe("cleo");
  });

  test("of another person's provider session with the same sid ends nothing", async () => {
    const visitor = await loggedIn("dora", "d1");
    const token = await server.provider.logoutToken({ sub: "sub-somebody", sid: "d1" });
    expect((await notify(formOf(token))).status).toBe(200);
    expect(await username(visitor)).toBe("dora");
  });

  test("that has a sub ends sessions without a known sid too", async () => {
    const visitor = await loggedIn("eve");
    await notify(formOf(await server.provider.logoutToken({ sub: "sub-eve", sid: "e1" })));
    expect(await username(visitor)).toBeNull();
  });

  test("of a person without a session succeeds", async () => {
    expect((await notify(formOf(await server.provider.logoutToken({ sub: "nobody" })))).status).toBe(200);
  });

  test("is not undone by a concurrent renewal", async () => {
    server.provider.setPerson({ sub: "sub-finn", username: "finn", groups: [] });
    server.provider.state.idTokenLifetime = 1;
    const visitor = browser(server);
    await visitor.logIn();
    expect(visitor.cookies.has(sessionCookie)).toBe(true);
    await delay(1100);
    server.provider.state.idTokenLifetime = 300;
    server.provider.injectFaultOnce("slow");
    const slow = username(visitor);
    await delay(100);
    await notify(formOf(await server.provider.logoutToken({ sub: "sub-finn" })));
    expect(await slow).toBeNull();
    expect(await username(visitor)).toBeNull();
  });

  test("ends a login that is finished concurrently, on any instance", async () => {
    server.provider.setPerson({ sub: "sub-lara", username: "lara", groups: [] });
    server.provider.state.providerSession = undefined;
    const otherInstance = await startServer({ folder: server.folder, provider: server.provider });
    const visitor = browser(server);
    const before = server.provider.state.tokenRequests.length;
    server.provider.injectFaultOnce("redeemed-but-slow");
    const login = visitor.logIn();
    await vi.waitFor(() => expect(server.provider.state.tokenRequests.length).toBeGreaterThan(before));
    await notify(formOf(await server.provider.logoutToken({ sub: "sub-lara" })), {}, otherInstance);
    expect((await login).status).toBe(302);
    expect(await username(visitor)).toBe("lara");
    const later = await loggedIn("lara");
    // A task that is due in five seconds is run before the server stops.
    await otherInstance.close();
    expect(await username(visitor)).toBeNull();
    expect(await username(later)).toBe("lara");
  });

  test("is logged without the token", async () => {
    await loggedIn("gus");
    const token = await server.provider.logoutToken({ sub: "sub-gus" });
    await notify(formOf(token));
    expect(server.events).toContainEqual({
      event: "session-ended",
      username: "gus",
      why: "logged out at the provider",
    });
    expect(JSON.stringify(server.events)).not.toContain(token);
  });
});

describe("a logout token", () => {
  test("is accepted once by all instances, and does not apply to later sessions", async () => {
    await loggedIn("hana");
    const token = await server.provider.logoutToken({ sub: "sub-hana" });
    expect((await notify(formOf(token))).status).toBe(200);
    const later = await loggedIn("hana");
    for (const to of [server, second]) {
      const answer = await notify(formOf(token), {}, to);
      expect([answer.status, answer.headers["cache-control"]]).toEqual([400, "no-store"]);
      expect(answer.json()).toMatchObject({ error: "invalid_request" });
    }
    expect(await username(later)).toBe("hana");
  });

  test.each([
    ["signature", { fault: "bad-signature" as const }],
    ["audience", { fault: "wrong-audience" as const }],
    ["issuer", { fault: "wrong-issuer" as const }],
    ["type", { type: "at+jwt" }],
  ])("with an invalid %s is 400, and ends nothing", async (_, wrong) => {
    const visitor = await loggedIn("ines");
    const answer = await notify(formOf(await server.provider.logoutToken({ sub: "sub-ines" }, wrong)));
    expect([answer.status, answer.headers["cache-control"]]).toEqual([400, "no-store"]);
    expect(answer.json()).toEqual({ error: "invalid_request", error_description: expect.any(String) });
    expect(await username(visitor)).toBe("ines");
  });

  test("is 503 while the keys are unavailable, and is accepted when it is sent again", async () => {
    const third = await startServer({ folder: server.folder, provider: server.provider });
    try {
      const visitor = await loggedIn("jo");
      const token = await server.provider.logoutToken({ sub: "sub-jo" });
      server.provider.injectFault("jwks-500");
      const answer = await notify(formOf(token), {}, third);
      expect([answer.status, answer.headers["retry-after"] !== undefined]).toEqual([503, true]);
      server.provider.clearFaults();
      await delay(1100);
      expect((await notify(formOf(token), {}, third)).status).toBe(200);
      expect(await username(visitor)).toBeNull();
    } finally {
      await third.close();
    }
  });
});

describe("the endpoint", () => {
  test.each([
    ["nothing", ""],
    ["another field", "token=x"],
    ["two tokens", "logout_token=a&logout_token=b"],
    ["no token at all", "logout_token="],
    ["a form without end", `logout_token=${"x".repeat(100_000)}`],
  ])("is 400 for %s", async (_, body) => {
    const answer = await notify(body);
    expect([answer.status, answer.headers["cache-control"]]).toEqual([
      400,
      expect.stringContaining("no-store"),
    ]);
    expect(answer.json()).toHaveProperty("error");
  });

  test("accepts a form only", async () => {
    const body = JSON.stringify({ logout_token: await server.provider.logoutToken() });
    expect((await notify(body, { "Content-Type": "application/json" })).status).toBe(400);
  });

  test("ignores cookies, Origin and Sec-Fetch-Site, and sets no cookie", async () => {
    const visitor = await loggedIn("kim");
    const headers = {
      Cookie: `${sessionCookie}=${visitor.cookies.get(sessionCookie)}`,
      Origin: "https://elsewhere.example",
      "Sec-Fetch-Site": "cross-site",
    };
    const answer = await notify(formOf(await server.provider.logoutToken({ sub: "somebody" })), headers);
    expect([answer.status, answer.cookies]).toEqual([200, []]);
    expect(await username(visitor)).toBe("kim");
  });

  test("is 404 for GET", async () => {
    expect((await server.ask({ path: "/backchannel-logout" })).status).toBe(404);
  });
});
