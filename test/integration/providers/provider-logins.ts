import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ProviderTraits } from "../../contract/identity-provider/running-provider.contract.ts";
import { openChromium } from "../../support/browser/chromium.ts";
import type { LabProvider } from "../../support/lab-providers/lab-provider.ts";
import { mainType } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import type { ProviderBrowser } from "../../support/sessions/provider-browser.ts";
import { providerBrowser, tokenOfCommandLine } from "../../support/sessions/provider-browser.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";

export interface LoginTraits extends ProviderTraits {
  /** Whether the command line's id tokens have the groups. */
  readonly tellsCommandLine: boolean;
}

const privatePage = "/groups/test-private";
const settings = "/groups/test-private/settings/roles";

const statuses = async (visitor: ProviderBrowser, paths: readonly string[]): Promise<number[]> =>
  (await Promise.all(paths.map((path) => visitor.ask(path)))).map(({ status }) => status);

/** What people do with a server at this provider, in the order in which they do it. */
export const providerLogins = (
  name: string,
  current: () => { readonly lab: LabProvider; readonly server: RunningServer },
  { renewsIdTokens, tellsCommandLine }: LoginTraits,
): void => {
  const loggedIn = async (person: string): Promise<ProviderBrowser> => {
    const { lab, server } = current();
    const visitor = providerBrowser(server, lab.approve);
    const finished = await visitor.logInAs(person, `/login?return_to=${encodeURIComponent(privatePage)}`);
    expect([finished.status, finished.headers["location"]]).toEqual([302, privatePage]);
    return visitor;
  };
  const expiry = () => delay((current().lab.tokenLifetime + 1.2) * 1000);

  describe(`with ${name} as it is documented`, () => {
    test("the server is ready", async () => {
      expect((await current().server.ask({ path: "/readyz" })).status).toBe(200);
    });

    test.each([
      ["vera", 200, ["test-private/viewers"]],
      ["olga", 200, ["test-private/owners"]],
      ["nora", 403, []],
    ])("its form logs %s in, and the group answers %i", async (person, status, roleGroups) => {
      const { lab, server } = current();
      const visitor = await loggedIn(person);
      expect(await username(visitor)).toBe(lab.username(person));
      expect(await statuses(visitor, [privatePage, settings])).toEqual([status, status]);
      const signIn = server.events.findLast(({ event }) => event === "sign-in");
      expect(signIn).toMatchObject({ outcome: "done", roleGroups });
    });

    test("the login works in a real browser, and ends where it began", async () => {
      const { lab, server } = current();
      const browser = await openChromium();
      try {
        const page = await browser.newPage();
        await page.goto(`${server.origin}/login?return_to=${encodeURIComponent(privatePage)}`);
        await lab.logIn(page, "vera");
        await page.waitForURL(server.origin + privatePage);
        const shown = await page.goto(`${server.origin}/whoami`);
        expect(await shown?.text()).toContain(lab.username("vera"));
      } finally {
        await browser.close();
      }
    });

    test(`the command line's token ${tellsCommandLine ? "has the roles" : "names the person, and has no roles"}`, async () => {
      const { lab, server } = current();
      const token = await tokenOfCommandLine(lab.commandLine, lab.approve, "vera");
      const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
      expect((await server.ask({ path: "/whoami", headers })).json()).toMatchObject({
        user: {
          username: lab.username("vera"),
          authzRoles: tellsCommandLine ? ["test-private/viewers"] : [],
        },
      });
    });

    if (tellsCommandLine) {
      test("what an owner uploads from the command line, a viewer downloads in the browser", async () => {
        const { lab, server } = current();
        const token = await tokenOfCommandLine(lab.commandLine, lab.approve, "olga");
        const headers = { Authorization: `Bearer ${token}`, "Content-Type": mainType };
        const path = `${privatePage}/measles`;
        const body = JSON.stringify({ meta: { title: "Measles" }, tree: { name: "root" } });
        expect((await server.ask({ method: "PUT", path, headers, body })).status).toBe(204);
        const visitor = await loggedIn("vera");
        expect((await visitor.ask({ path, headers: { Accept: mainType } })).text).toBe(body);
        expect((await server.ask({ method: "DELETE", path, headers })).status).toBe(204);
      });
    }

    if (renewsIdTokens) {
      test("an expired id token is renewed by many requests at once", async () => {
        const { server } = current();
        const visitor = await loggedIn("vera");
        server.events.length = 0;
        for (let round = 0; round < 2; round++) {
          await expiry();
          const paths = Array.from({ length: 10 }, () => settings);
          expect(await statuses(visitor, paths)).toEqual(paths.map(() => 200));
        }
        const renewals = server.events.filter(({ event }) => event === "renewal");
        expect(renewals).toEqual(renewals.map(() => expect.objectContaining({ outcome: "done" })));
        expect(renewals.length).toBeGreaterThanOrEqual(2);
      });

      test("a renewal brings the groups that somebody has by then", async () => {
        const { lab } = current();
        const visitor = await loggedIn("olga");
        expect(await statuses(visitor, [settings])).toEqual([200]);
        await lab.setGroups("olga", []);
        await expiry();
        expect(await statuses(visitor, [settings])).toEqual([403]);
        await lab.setGroups("olga", ["test-private/owners"]);
      });
    } else {
      test("an expired id token means another login, and is no outage", async () => {
        const { lab, server } = current();
        const visitor = await loggedIn("vera");
        await expiry();
        const ended = await visitor.ask(privatePage);
        expect(ended.status).not.toBe(503);
        expect(await username(visitor)).toBeNull();
        expect(server.events.findLast(({ event }) => event === "renewal")).toMatchObject({
          outcome: "refused",
        });
        expect(await username(await loggedIn("vera"))).toBe(lab.username("vera"));
      });
    }

    test("a logout ends the session here, and goes on to the provider's where it has one", async () => {
      const { lab, server } = current();
      const visitor = await loggedIn("nora");
      const cookie = visitor.cookies.get(sessionCookie) ?? "";
      const described = await fetch(`${lab.environment["OIDC_IDP_URL"]}/.well-known/openid-configuration`);
      const { end_session_endpoint: endpoint = "/" } = (await described.json()) as Record<string, string>;
      const out = await visitor.ask({ method: "POST", path: "/logout" });
      expect(out.headers["location"]?.replace(/\?.*/, "")).toBe(endpoint);
      visitor.cookies.set(sessionCookie, cookie);
      expect(await username(visitor)).toBeNull();
      expect(server.events.filter(({ event }) => event === "background")).toEqual([]);
    });

    test("while it is away everybody stays logged in, and all goes on when it is back", async () => {
      const { lab, server } = current();
      const visitor = await loggedIn("vera");
      await lab.stop();
      expect((await server.ask({ path: "/groups/blab" })).status).toBe(200);
      await expiry();
      expect(await statuses(visitor, [settings, "/groups/blab"])).toEqual([503, 200]);
      await lab.start();
      const isServed = async () => (await visitor.ask(settings)).status;
      if (renewsIdTokens) await expect.poll(isServed, { timeout: 10_000 }).toBe(200);
      else await expect.poll(isServed, { timeout: 10_000 }).not.toBe(503);
      expect(await username(await loggedIn("nora"))).toBe(lab.username("nora"));
    });
  });
};
