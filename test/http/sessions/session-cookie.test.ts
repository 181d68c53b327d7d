import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type Browser, browser, loggedInBrowser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, sessionId, username } from "../../support/sessions/sessions.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const maxAge = 86_400;
const environment = { SESSION_MAX_AGE: String(maxAge) };
const server = testServer({ clock, environment });
beforeAll(() => {
  server.provider.state.idTokenLifetime = 10 * maxAge;
});

const loggedIn = () => loggedInBrowser(server);

const cookieOf = (cookies: readonly string[]): string =>
  cookies.find((cookie) => cookie.startsWith(`${sessionCookie}=`)) ?? "";

describe("the session cookie", () => {
  test("has the format and the attributes of the specification", async () => {
    const [pair = "", ...attributes] = cookieOf((await browser(server).logIn()).cookies).split(/;\s*/);
    const value = decodeURIComponent(pair.slice(sessionCookie.length + 1));
    expect(value).toMatch(/^s:[\w-]{32}\.[A-Za-z0-9+/]{43}$/);
    expect(pair).toBe(`${sessionCookie}=${encodeURIComponent(value)}`);
    const byName = new Map(attributes.map((text) => [text.split("=")[0]?.toLowerCase(), text.split("=")[1]]));
    expect([...byName.keys()].sort()).toEqual(["expires", "httponly", "path", "samesite"]);
    expect([byName.get("path"), byName.get("samesite")?.toLowerCase()]).toEqual(["/", "lax"]);
    const left = Date.parse(byName.get("expires") ?? "") - Date.now();
    expect(Math.abs(left - maxAge * 1000)).toBeLessThan(5000);
  });

  test("is sent again with every response in a session", async () => {
    const visitor = await loggedIn();
    const value = visitor.cookies.get(sessionCookie);
    for (const path of ["/", "/groups/blab", "/whoami", "/groups/other", "/nothing", "/charon/getDataset"]) {
      expect([path, cookieOf((await visitor.ask(path)).cookies).split(";")[0]]).toEqual([
        path,
        `${sessionCookie}=${value}`,
      ]);
    }
  });

  test("is not set by assets, or for a Bearer token", async () => {
    const visitor = await loggedIn();
    expect((await visitor.ask("/favicon.png")).cookies).toEqual([]);
    expect((await visitor.ask("/healthz")).cookies).toEqual([]);
    const headers = { Authorization: await server.bearer("alice") };
    expect((await server.ask({ path: "/whoami", headers })).cookies).toEqual([]);
  });

  test.each([
    ["another signature", (value: string) => value.replace(/\.(.)/, (_, c) => (c === "A" ? ".B" : ".A"))],
    [
      "another id under the same signature",
      (value: string) => value.replace(/s:(.)/, (_, c) => (c === "A" ? "s:B" : "s:A")),
    ],
    ["no signature", (value: string) => value.replace(/\..*/, "")],
    ["a signature that is cut off", (value: string) => value.slice(0, -1)],
    ["something behind it", (value: string) => `${value}x`],
    ["a signature by another secret", (value: string) => signed(value.slice(2, 34), "another secret")],
    ["an empty signature", (value: string) => `s:${value.slice(2, 34)}.`],
  ])("is ignored with %s", async (_, change) => {
    const visitor = await loggedIn();
    const value = decodeURIComponent(visitor.cookies.get(sessionCookie) ?? "");
    visitor.cookies.set(sessionCookie, encodeURIComponent(change(value)));
    expect(await username(visitor)).toBeNull();
  });

  test.each(["%", "%zz", "s%3A.", '"quoted"', "s:../../../etc/passwd.x"])(
    "is ignored when it is nonsense: %s",
    async (nonsense) => {
      const visitor = browser(server);
      visitor.cookies.set(sessionCookie, nonsense);
      expect(await username(visitor)).toBeNull();
    },
  );
});

const signed = (id: string, secret: string): string =>
  `s:${id}.${createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "")}`;

const pass = async (seconds: number): Promise<void> => {
  clock.pass(seconds);
  await server.stored.passSeconds(seconds);
};

describe("with a second cookie of an ended session, as after a change of SESSION_COOKIE_DOMAIN", () => {
  const withBoth = async (): Promise<Browser> => {
    const visitor = await loggedIn();
    const endedCookie = visitor.cookies.get(sessionCookie);
    await visitor.ask("/logout");
    await visitor.logIn();
    const cookies = `${sessionCookie}=${endedCookie}; ${sessionCookie}=${visitor.cookies.get(sessionCookie)}`;
    const ask = (path: string) =>
      visitor.ask({ path, headers: { Accept: "application/json", Cookie: cookies } });
    return { ...visitor, ask: (question) => ask(String(question)) };
  };

  test("the user is logged in, and the valid session's cookie is sent again", async () => {
    const visitor = await withBoth();
    const answer = await visitor.ask("/whoami");
    expect(answer.json()).toMatchObject({ user: { username: "alice" } });
    expect(cookieOf(answer.cookies)).toContain(sessionId(visitor));
    expect((await visitor.ask("/sessions")).text).toContain('"current":true');
  });

  test("the user can log out", async () => {
    const visitor = await withBoth();
    await visitor.ask("/logout");
    expect((await visitor.ask("/whoami")).json()).toMatchObject({ user: null });
  });
});

describe("a session", () => {
  test("does not expire while it is used", async () => {
    const visitor = await loggedIn();
    for (let day = 0; day < 4; day++) {
      await pass(maxAge - 1);
      expect(await username(visitor)).toBe("alice");
      // The last use is stored after the response; only this manual clock advances by a day before that.
      await vi.waitFor(async () =>
        expect([...(await server.stored.sessions()).values()].join()).toContain(`"lastUsed":${clock.now()}`),
      );
    }
  });

  test("is extended without writing its record, but for a touch once a minute", async () => {
    const others = await server.stored.sessions();
    const visitor = await loggedIn();
    const record = async () => {
      const [found, ...more] = [...(await server.stored.sessions())].filter(([name]) => !others.has(name));
      expect(more).toEqual([]);
      return found;
    };
    const use = () => Promise.all(Array.from({ length: 6 }, () => username(visitor)));
    const first = await record();
    for (let tens = 0; tens < 5; tens++) {
      clock.pass(10);
      await use();
    }
    await delay(50);
    expect(await record()).toEqual(first);
    clock.pass(11);
    await use();
    await vi.waitFor(async () => expect(await record()).not.toEqual(first));
    const second = await record();
    clock.pass(30);
    await use();
    await delay(50);
    expect(await record()).toEqual(second);
  });

  test("expires after its idle timeout", async () => {
    const visitor = await loggedIn();
    await pass(maxAge);
    expect(await username(visitor)).toBeNull();
  });

  test("with a valid signature but no record is anonymous, and its id is not adopted", async () => {
    const visitor = await loggedIn();
    const id = sessionId(visitor);
    await pass(maxAge);
    const answer = await visitor.ask("/groups");
    expect([answer.status, cookieOf(answer.cookies)]).toEqual([200, ""]);
    await visitor.logIn();
    expect(sessionId(visitor)).not.toBe(id);
  });

  test("survives a restart", async () => {
    const visitor = await loggedIn();
    const again = await startServer({ clock, folder: server.folder, provider: server.provider, environment });
    try {
      const secondBrowser = browser(again);
      secondBrowser.cookies.set(sessionCookie, visitor.cookies.get(sessionCookie) ?? "");
      expect(await username(secondBrowser)).toBe("alice");
    } finally {
      await again.close();
    }
  });
});
