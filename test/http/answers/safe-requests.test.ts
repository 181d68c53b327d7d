import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { username } from "../../support/sessions/sessions.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe("a request that nobody meant", () => {
  test.each([
    ["HEAD", {}],
    ["GET", { "Sec-Purpose": "prefetch" }],
    ["GET", { "Sec-Purpose": "prefetch;prerender" }],
    ["GET", { Purpose: "prefetch" }],
  ])("logs nobody out: %s with %j", async (method, headers) => {
    const visitor = browser(server);
    await visitor.logIn();
    const answer = await visitor.ask({ method, path: "/logout", headers });
    expect([answer.status, answer.headers["location"]]).toEqual(
      method === "HEAD" ? [302, "/"] : [503, undefined],
    );
    expect(await username(visitor)).toBe("alice");
    expect((await visitor.ask("/logout")).status).toBe(302);
    expect(await username(visitor)).toBeNull();
  });

  test.each([
    ["HEAD", {}],
    ["GET", { "Sec-Purpose": "prefetch;prerender" }],
  ])("neither begins a login nor ends one: %s with %j", async (method, headers) => {
    const visitor = browser(server);
    expect((await visitor.ask({ method, path: "/login", headers })).cookies).toEqual([]);
    const begun = await visitor.ask("/login");
    const query = await server.provider.logIn(begun.headers["location"] ?? "");
    const calls = server.provider.state.calls.token;
    await visitor.ask({ method, path: `/logged-in${query}`, headers });
    expect(server.provider.state.calls.token).toBe(calls);
    expect((await visitor.ask(`/logged-in${query}`)).status).toBe(302);
    expect(await username(visitor)).toBe("alice");
  });
});

describe("the page at /logout for who comes from another site", () => {
  test("says that nobody is logged in, and offers nothing to log out from", async () => {
    const visitor = browser(server);
    const answer = await visitor.ask({ path: "/logout", headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("You are not logged in");
    expect(answer.text).not.toContain('action="/logout"');
  });
});

describe("/favicon.ico", () => {
  test("is there, and the error document's policy lets a browser ask for it", async () => {
    const icon = await server.ask({ path: "/favicon.ico" });
    expect([icon.status, icon.headers["content-type"]]).toEqual([200, "image/png"]);
    const failed = await server.ask({
      path: "/groups/no-such/settings/x%",
      headers: { Accept: "text/html" },
    });
    expect(failed.headers["content-security-policy"]).toContain("img-src 'self'");
  });
});

describe("an address", () => {
  test.each([`/groups/blab/${"long/".repeat(540)}x`, `/groups/blab/narratives/${"long/".repeat(540)}x`])(
    "of 2.7 kB is not repeated in the answer's headers: %.20s",
    async (path) => {
      for (const Accept of ["text/html", "application/json", "text/markdown"]) {
        const { headers } = await server.ask({ path, headers: { Accept } });
        expect(JSON.stringify(headers).length).toBeLessThan(8000);
      }
    },
  );
});
