import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { liveBytes } from "../../support/measuring/live-bytes.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Answer } from "../../support/requests/http.ts";
import { testServer } from "../../support/server/test-server.ts";
import { comeBack, sessionCookie, sessionId, username } from "../../support/sessions/sessions.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });

const pending = (cookies: ReadonlyMap<string, string>) =>
  [...cookies.keys()].filter((name) => name.startsWith("nextstrain.org-login-"));

describe("two tabs that log in at once", () => {
  test.each([
    ["in the order in which they began", [0, 1]],
    ["in the other order", [1, 0]],
  ])("both succeed, %s", async (_, order) => {
    const visitor = browser(server);
    const started = [
      await visitor.ask("/login?return_to=/groups/blab?tab=0"),
      await visitor.ask("/login?return_to=/groups/blab?tab=1"),
    ];
    for (const tab of order) {
      const finished = await comeBack(server, visitor, started[tab]?.headers["location"]);
      expect([finished.status, finished.headers["location"]]).toEqual([302, `/groups/blab?tab=${tab}`]);
      expect(await username(visitor)).toBe("alice");
    }
    expect(pending(visitor.cookies)).toEqual([]);
  });

  test("both succeed when both requests are sent before any cookie has been received", async () => {
    const visitor = browser(server);
    const started = await Promise.all([visitor.ask("/login"), visitor.ask("/login")]);
    expect(pending(visitor.cookies)).toHaveLength(2);
    for (const { headers } of started) {
      const finished = await comeBack(server, visitor, headers["location"]);
      expect([finished.status, finished.headers["location"]]).toEqual([302, "/"]);
      expect(await username(visitor)).toBe("alice");
    }
  });

  test("have one session, not two", async () => {
    const before = (await server.stored.sessions()).size;
    const visitor = browser(server);
    const started = [await visitor.ask("/login"), await visitor.ask("/login")];
    for (const { headers } of started) await comeBack(server, visitor, headers["location"]);
    expect((await server.stored.sessions()).size).toBe(before + 1);
  });
});

describe("a login attempt", () => {
  test("has its secrets encrypted in an HttpOnly cookie with a Max-Age of an hour", async () => {
    const visitor = browser(server);
    const { cookies, headers } = await visitor.ask("/login");
    expect(cookies).toHaveLength(1);
    const [pair = "", ...attributes] = (cookies[0] ?? "").toLowerCase().split(/;\s*/);
    const url = new URL(headers["location"] ?? "");
    expect(attributes).toEqual(expect.arrayContaining(["path=/", "httponly", "samesite=lax"]));
    const expires = attributes.find((text) => text.startsWith("expires="))?.slice("expires=".length) ?? "";
    expect(Date.parse(expires) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(pair).not.toContain(url.searchParams.get("state")?.toLowerCase());
  });

  test("can be finished after 59 minutes", async () => {
    const visitor = browser(server);
    const started = await visitor.ask("/login?return_to=/whoami");
    clock.pass(59 * 60);
    expect((await comeBack(server, visitor, started.headers["location"])).headers["location"]).toBe(
      "/whoami",
    );
    expect(await username(visitor)).toBe("alice");
  });

  test("expires after an hour, even if the browser still has the cookie", async () => {
    const visitor = browser(server);
    const started = await visitor.ask("/login?return_to=/whoami");
    clock.pass(60 * 60);
    const finished = await comeBack(server, visitor, started.headers["location"]);
    expect([finished.status, finished.headers["location"]]).toEqual([400, undefined]);
    expect(finished.text).toContain("This login took too long: it has to be finished within an hour");
    expect(await username(visitor)).toBeNull();
  });

  test.each([
    [
      "one after the other",
      async (asks: readonly (() => Promise<Answer>)[]) => {
        const answers: Answer[] = [];
        for (const ask of asks) answers.push(await ask());
        return answers;
      },
    ],
    ["all at once", (asks: readonly (() => Promise<Answer>)[]) => Promise.all(asks.map((ask) => ask()))],
  ])("can be finished if it is one of twenty, begun %s", async (_, inOrder) => {
    const visitor = browser(server);
    const started = await inOrder(Array.from({ length: 20 }, () => () => visitor.ask("/login")));
    for (const { headers } of started) {
      expect((await comeBack(server, visitor, headers["location"])).status).toBe(302);
    }
  });

  test("has a cookie that browsers accept, with any characters in the return path", async () => {
    for (const path of [`/x?${"日".repeat(400)}`, `/${'"'.repeat(649)}`, `/${"a".repeat(1299)}`]) {
      const started = await server.ask({ path: `/login?return_to=${encodeURIComponent(path)}` });
      const [cookie = ""] = started.cookies.map((one) => one.split(";")[0]);
      expect(cookie.length).toBeLessThan(2600);
    }
    const short = await server.ask({
      path: `/login?return_to=${encodeURIComponent(`/${"日".repeat(239)}`)}`,
    });
    expect(short.cookies[0]).toMatch(/login-[uvwx]=/);
  });

  test.each(["/groups/test-private/x", `/groups/test-private/${"long/".repeat(200)}?s=${"y".repeat(9000)}`])(
    "is one of as many as the browser begins, without its cookies growing for ever: %.40s",
    async (path) => {
      const visitor = browser(server);
      for (let round = 0; round < 3; round++) {
        await Promise.all(
          Array.from({ length: 25 }, async () => {
            const { headers } = await visitor.ask(path);
            expect(Buffer.byteLength(headers["location"] ?? "")).toBeLessThan(8000);
            await visitor.ask(headers["location"] ?? "");
          }),
        );
      }
      await visitor.ask("/login");
      const bytes = Array.from(visitor.cookies, ([name, value]) => name.length + value.length + 3);
      expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(28_000);
    },
  );

  test("returns to the dataset without a query that is too long", async () => {
    const visitor = browser(server);
    const short = "/groups/test-private/lakeside?s=LAB-1,LAB-2";
    const long = `/groups/test-private/lakeside?s=${Array.from({ length: 250 }, (_, n) => `LAB-${n}`).join()}`;
    for (const [path, returned] of [
      [short, short],
      [long, "/groups/test-private/lakeside"],
    ] as const) {
      const started = await visitor.ask((await visitor.ask(path)).headers["location"] ?? "");
      expect((await comeBack(server, visitor, started.headers["location"])).headers["location"]).toBe(
        returned,
      );
      visitor.cookies.clear();
    }
  });

  test("can be finished once only, with any code", async () => {
    const visitor = browser(server);
    const { headers } = await visitor.ask("/login");
    const state = new URL(headers["location"] ?? "").searchParams.get("state") ?? "";
    const cookies = new Map(visitor.cookies);
    const requestsBefore = server.provider.state.calls.token;
    for (let code = 0; code < 10; code++) {
      for (const [name, value] of cookies) visitor.cookies.set(name, value);
      await visitor.ask(
        `/logged-in?code=invented-${code}&state=${state}&iss=${encodeURIComponent(server.provider.issuer)}`,
      );
    }
    expect(server.provider.state.calls.token - requestsBefore).toBe(1);
  });

  test("does not clear or set a cookie for each of many that a request has", async () => {
    const Cookie = Array.from({ length: 400 }, (_, n) => `nextstrain.org-login-${n}${"x".repeat(14)}=a`).join(
      "; ",
    );
    const { cookies } = await server.ask({ path: "/login", headers: { Cookie } });
    expect(cookies.join().length).toBeLessThan(1500);
  });

  test("uses no memory for unknown states", async () => {
    const ask = (n: number) =>
      server.ask({
        path: `/logged-in?code=x&state=${n.toString(36).padStart(16, "a")}${"b".repeat(27)}`,
        headers: { Cookie: "a=b" },
      });
    for (let n = 0; n < 200; n++) await ask(n);
    const before = liveBytes() + process.memoryUsage().heapUsed;
    for (let n = 200; n < 1700; n++) await ask(n);
    // Version 0.1.0 leaked 1.5 kB for each.
    expect(liveBytes() + process.memoryUsage().heapUsed - before).toBeLessThan(1_200_000);
  });

  test("cannot be finished with the cookie of another one", async () => {
    const visitor = browser(server);
    const other = browser(server);
    const started = await visitor.ask("/login");
    await other.ask("/login");
    const [name = ""] = pending(visitor.cookies);
    const [otherName = ""] = pending(other.cookies);
    visitor.cookies.set(name, other.cookies.get(otherName) ?? "");
    await comeBack(server, visitor, started.headers["location"]);
    expect(await username(visitor)).toBeNull();
  });
});

describe("a visitor who is not logged in", () => {
  test("has no session, and nothing is stored", async () => {
    const before = await server.stored.everything();
    const visitor = browser(server);
    for (const path of [
      "/",
      "/groups/blab",
      "/groups/test-private",
      "/groups/no-such",
      "/whoami",
      "/nothing",
    ]) {
      expect((await visitor.ask(path)).cookies).toEqual([]);
    }
    await visitor.ask("/login");
    await visitor.ask("/logged-in?code=1&state=2");
    await visitor.ask("/logout");
    expect(await server.stored.everything()).toEqual(before);
    expect(visitor.cookies.has(sessionCookie)).toBe(false);
  });
});

describe("a login", () => {
  test("begins a session with a new id, and ends the previous one", async () => {
    const visitor = browser(server);
    await visitor.logIn();
    const before = { ...Object.fromEntries(visitor.cookies) };
    const first = sessionId(visitor);
    server.provider.setPerson({ sub: "bob", username: "bob", groups: [] });
    await visitor.logIn();
    expect(sessionId(visitor)).not.toBe(first);
    const thief = browser(server);
    for (const [name, value] of Object.entries(before)) thief.cookies.set(name, value);
    expect(await username(thief)).toBeNull();
    expect(await username(visitor)).toBe("bob");
  });

  test("prevents session fixation", async () => {
    server.provider.setPerson({ sub: "mallory", username: "mallory", groups: [] });
    const mallory = browser(server);
    await mallory.logIn();
    const victim = browser(server);
    victim.cookies.set(sessionCookie, mallory.cookies.get(sessionCookie) ?? "");
    server.provider.setPerson({ sub: "alice", username: "alice", groups: [] });
    await victim.logIn();
    expect(await username(victim)).toBe("alice");
    expect(await username(mallory)).not.toBe("alice");
  });
});
