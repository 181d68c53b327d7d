import { beforeEach, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { tokenFaults } from "../../support/stub-provider/fault.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });
beforeEach(() => server.provider.clearFaults());

const json = "application/json";

const whoami = (authorization: string, path = "/whoami") =>
  server.ask({ path, headers: { Authorization: authorization, Accept: json } });

const usernameOf = (answer: { json(): unknown }) =>
  (answer.json() as { user: { username: string } | null }).user?.username;

describe("a Bearer token", () => {
  test("of the CLI's client authenticates, and begins no session", async () => {
    const before = await server.stored.sessions();
    const answer = await whoami(await server.bearer("alice", "blab/editors", "other/viewers"));
    expect(answer.json()).toMatchObject({
      user: { username: "alice", authzRoles: ["blab/editors", "other/viewers"] },
    });
    expect(answer.cookies).toEqual([]);
    expect(await server.stored.sessions()).toEqual(before);
  });

  /** A Bearer token belongs to no session here. */
  const harmless = ["no-nonce", "wrong-nonce"];
  test.each(tokenFaults.filter((fault) => !harmless.includes(fault)))(
    "with the fault %s is rejected",
    async (fault) => {
      server.provider.injectFaultOnce(fault);
      const answer = await whoami(`Bearer ${await server.provider.idToken()}`);
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toMatch(
        /^Bearer realm="nextstrain\.org", error="invalid_token", error_description="[^"\\]+"$/,
      );
      // The description is one sentence, with one full stop.
      expect(answer.json()).toEqual({ error: expect.stringMatching(/^[A-Z][^.]*[^.]\.( Renew it\.)?$/) });
      expect(answer.headers["cache-control"]).toBe("private, no-store");
    },
  );

  test("that has expired gets a challenge with invalid_token, on public resources too", async () => {
    const token = await server.bearer("alice");
    clock.pass(301);
    for (const path of ["/whoami", "/groups/blab", "/charon/getAvailable?prefix=/groups/blab", "/nothing"]) {
      const answer = await whoami(token, path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers["www-authenticate"]).toMatch(
        /error="invalid_token", error_description="[^"]*[Rr]enew/,
      );
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  test("that was issued before a change of the user's roles gets a challenge with invalid_token", async () => {
    const old = await server.bearer("bob", "other/owners");
    expect((await whoami(old)).status).toBe(200);
    clock.pass(10);
    await server.stored.setNotBefore("bob", clock.now());
    const refused = await whoami(old);
    expect(refused.status).toBe(401);
    expect(refused.headers["www-authenticate"]).toMatch(
      /error="invalid_token", error_description="[^"]*[Rr]enew/,
    );
    expect(refused.json()).toEqual({
      error: "The token was issued before your permissions changed. Renew it.",
    });
    expect((await whoami(await server.bearer("bob"))).status).toBe(200);
    expect((await whoami(await server.bearer("alice"))).status).toBe(200);
  });

  test.each([
    ["is missing", undefined, "The token names no user: the claim preferred_username is missing."],
    [
      "is a number",
      17,
      "The token names no user: the claim preferred_username holds a number; it has to be a text.",
    ],
  ])("is rejected with a reason when its username %s", async (_, username, error) => {
    const token = await server.provider.idToken({ preferred_username: username });
    const answer = await whoami(`Bearer ${token}`);
    expect([answer.status, answer.json()]).toEqual([401, { error }]);
  });

  test("without iat is rejected if there is a not-before mark", async () => {
    await server.stored.setNotBefore("dave", clock.now());
    const token = await server.provider.idToken({ preferred_username: "dave", iat: undefined });
    const answer = await whoami(`Bearer ${token}`);
    expect([answer.status, answer.json()]).toEqual([
      401,
      { error: "The token does not say when it was issued." },
    ]);
  });

  test("has precedence over a session cookie", async () => {
    server.provider.setPerson({ sub: "carol", username: "carol", groups: [] });
    const visitor = browser(server);
    await visitor.logIn();
    const both = { Authorization: await server.bearer("bob", "other/owners"), Accept: json };
    expect(usernameOf(await visitor.ask({ path: "/whoami", headers: both }))).toBe("bob");
    const bad = { Authorization: "Bearer nonsense", Accept: json };
    expect((await visitor.ask({ path: "/whoami", headers: bad })).status).toBe(401);
  });

  test("is 503 while the provider's keys are unavailable", async () => {
    const provider = await stubProvider();
    const fresh = await startServer({ provider });
    try {
      const authorization = await fresh.bearer("alice", "blab/owners");
      await provider.refuseConnections();
      const answer = await fresh.ask({
        path: "/groups/test-private",
        headers: { Authorization: authorization },
      });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      expect(answer.headers["www-authenticate"]).toBeUndefined();
    } finally {
      await fresh.close();
      await provider.close();
    }
  });
});
