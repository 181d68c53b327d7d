import { beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock, environment: { OIDC_SUBJECT_CLAIM: "staff_number" } });
beforeEach(() => {
  server.provider.clearFaults();
  server.events.length = 0;
});

const json = { Accept: "application/json" };

/** Sets the provider's person. `claims`: further claims of the id token. */
const setClaims = (claims: Record<string, unknown>): void =>
  server.provider.setPerson({ sub: "ida", username: "ida", groups: ["test-private/viewers"], claims });

const loggedIn = async (claims: Record<string, unknown>): Promise<Browser> => {
  setClaims(claims);
  const visitor = browser(server);
  expect((await visitor.logIn()).status).toBe(302);
  return visitor;
};

const number = async (visitor: Browser): Promise<number> =>
  ((await visitor.ask({ path: "/sessions", headers: json })).json() as { sessions: unknown[] }).sessions
    .length;

describe("OIDC_SUBJECT_CLAIM", () => {
  test.each([
    ["is missing", {}],
    ["holds a number; it has to be a text of 1 to 1000 characters", { staff_number: 4711 }],
  ])("is a claim that is required at a login: %s", async (fault, claims) => {
    setClaims(claims);
    const visitor = browser(server);
    const answer = await visitor.logIn();
    expect([answer.status, answer.headers["content-type"]]).toEqual([500, "text/html; charset=utf-8"]);
    expect(await username(visitor)).toBeNull();
    const reason = `the claim staff_number ${fault}`;
    expect(server.events).toContainEqual({ event: "sign-in", outcome: "refused", reason });
  });

  test("is a claim that is required at a renewal: without it, there is a 503, and the session stays", async () => {
    const visitor = await loggedIn({ staff_number: "4712" });
    setClaims({});
    clock.pass(301);
    expect((await visitor.ask("/groups/test-private")).status).toBe(503);
    const causes = server.events.flatMap((event) => (event.event === "renewal" ? [event.cause] : []));
    expect(causes).toEqual([
      expect.objectContaining({ message: expect.stringContaining("the claim staff_number is missing") }),
    ]);
    setClaims({ staff_number: "4712" });
    clock.pass(2);
    expect((await visitor.ask("/groups/test-private")).status).toBe(200);
  });

  test("is the claim that identifies the owner of sessions, in Bearer tokens too", async () => {
    const [one, other] = [await loggedIn({ staff_number: "4713" }), await loggedIn({ staff_number: "4714" })];
    expect([await number(one), await number(other)]).toEqual([1, 1]);
    // Providers may give each client another subject for one person (OpenID Connect Core section 8.1).
    const token = await server.provider.idToken({ sub: "ida at the CLI", staff_number: "4713" });
    const headers = { ...json, Authorization: `Bearer ${token}` };
    expect((await server.ask({ method: "DELETE", path: "/sessions", headers })).status).toBe(204);
    expect([await username(one), await username(other)]).toEqual([null, "ida"]);
  });

  test("can be set while users are logged in: it applies to their sessions after a renewal", async () => {
    const [one, two] = [await loggedIn({ staff_number: "4715" }), await loggedIn({ staff_number: "4715" })];
    for (const visitor of [one, two]) {
      setClaims({ staff_number: "L-4715" });
      clock.pass(301);
      expect(await username(visitor)).toBe("ida");
    }
    expect(await number(one)).toBe(2);
  });

  test("does not apply to logout tokens, which have the provider's subject", async () => {
    const visitor = await loggedIn({ staff_number: "4716" });
    const notify = async (sub: string) => {
      const body = new URLSearchParams({
        logout_token: await server.provider.logoutToken({ sub }),
      }).toString();
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      return server.ask({ method: "POST", path: "/backchannel-logout", headers, body });
    };
    expect((await notify("4716")).status).toBe(200);
    expect(await username(visitor)).toBe("ida");
    expect((await notify("ida")).status).toBe(200);
    expect(await username(visitor)).toBeNull();
  });
});
