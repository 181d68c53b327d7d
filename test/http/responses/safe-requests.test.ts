import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const server = testServer();

describe("a prefetch or a HEAD request", () => {
  test.each([
    ["HEAD", {}],
    ["GET", { "Sec-Purpose": "prefetch" }],
    ["GET", { "Sec-Purpose": "prefetch;prerender" }],
    ["GET", { Purpose: "prefetch" }],
  ])("does not log out: %s with %j", async (method, headers) => {
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
  ])("neither starts nor finishes a login: %s with %j", async (method, headers) => {
    const visitor = browser(server);
    expect((await visitor.ask({ method, path: "/login", headers })).cookies).toEqual([]);
    const started = await visitor.ask("/login");
    const query = await server.provider.logIn(started.headers["location"] ?? "");
    const calls = server.provider.state.calls.token;
    await visitor.ask({ method, path: `/logged-in${query}`, headers });
    expect(server.provider.state.calls.token).toBe(calls);
    expect((await visitor.ask(`/logged-in${query}`)).status).toBe(302);
    expect(await username(visitor)).toBe("alice");
  });
});

describe("the page at /logout for cross-site requests", () => {
  test("says that the user is not logged in, and has no logout button", async () => {
    const visitor = browser(server);
    const answer = await visitor.ask({ path: "/logout", headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("You are not logged in");
    expect(answer.text).not.toContain('action="/logout"');
  });
});

describe("/favicon.ico", () => {
  test("is served, and the policy of error pages allows it", async () => {
    const icon = await server.ask({ path: "/favicon.ico" });
    expect([icon.status, icon.headers["content-type"]]).toEqual([200, "image/png"]);
    const failed = await server.ask({
      path: "/groups/no-such/settings/x%",
      headers: { Accept: "text/html" },
    });
    expect(failed.headers["content-security-policy"]).toContain("img-src 'self'");
  });
});

describe("a path", () => {
  test.each([`/groups/blab/${"long/".repeat(540)}x`, `/groups/blab/narratives/${"long/".repeat(540)}x`])(
    "of 2.7 kB is not repeated in the response's headers: %.20s",
    async (path) => {
      for (const Accept of ["text/html", "application/json", "text/markdown"]) {
        const { headers } = await server.ask({ path, headers: { Accept } });
        expect(JSON.stringify(headers).length).toBeLessThan(8000);
      }
    },
  );
});
