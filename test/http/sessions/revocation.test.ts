import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, test, vi } from "vitest";
import { type Browser, browser, loggedInBrowser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const server = testServer({ environment: { OIDC_TIMEOUT: "1" } });
beforeEach(() => {
  server.provider.clearFaults();
  server.provider.state.revoked.length = 0;
  server.provider.state.responseDelay = 0.5;
  server.events.length = 0;
});

const loggedIn = () => loggedInBrowser(server);

const logOut = (visitor: Browser) => visitor.ask({ method: "POST", path: "/logout" });

const revoked = () => server.provider.state.revoked;

test("a logout revokes this session's refresh token, and no other one", async () => {
  const [visitor, otherBrowser] = [await loggedIn(), await loggedIn()];
  await logOut(visitor);
  await vi.waitFor(() => expect(revoked()).toHaveLength(1));
  expect(server.provider.state.grants.isRevoked(revoked()[0] ?? "")).toBe(true);
  server.provider.state.idTokenLifetime = 300;
  expect(await username(otherBrowser)).toBe("alice");
});

test("a visitor's logout revokes nothing", async () => {
  const before = server.provider.state.calls.revocation;
  await logOut(browser(server));
  await delay(50);
  expect(server.provider.state.calls.revocation).toBe(before);
});

test.each(["revocation-500", "revocation-connection-reset"] as const)(
  "a logout succeeds all the same with %s, and the log tells it without the token",
  async (fault) => {
    const visitor = await loggedIn();
    server.provider.injectFault(fault);
    expect((await logOut(visitor)).status).toBe(302);
    expect(await username(visitor)).toBeNull();
    await vi.waitFor(() =>
      expect(server.events).toContainEqual(
        expect.objectContaining({ event: "background", what: "revoking a refresh token" }),
      ),
    );
    expect(server.events).toContainEqual(
      expect.objectContaining({ event: "session-ended", username: "alice" }),
    );
  },
);

test("a slow revocation delays no response, and has a timeout", async () => {
  const visitor = await loggedIn();
  server.provider.injectFault("revocation-slow");
  server.provider.state.responseDelay = 5;
  const startedAt = performance.now();
  expect((await logOut(visitor)).status).toBe(302);
  expect(performance.now() - startedAt).toBeLessThan(500);
  await vi.waitFor(
    () =>
      expect(server.events.some((event) => "what" in event && event.what.startsWith("revoking"))).toBe(true),
    { timeout: 3000 },
  );
});

test("a logout succeeds while the provider is unreachable", async () => {
  const visitor = await loggedIn();
  await server.provider.refuseConnections();
  try {
    expect((await logOut(visitor)).status).toBe(302);
  } finally {
    await server.provider.acceptConnections();
  }
  expect(await username(visitor)).toBeNull();
});
