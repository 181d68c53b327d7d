import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, sessionId, username } from "../../support/sessions/sessions.ts";

interface Listed {
  readonly id: string;
  readonly since: string;
  readonly lastUsed: string;
  readonly client: string | null;
  readonly current: boolean;
}

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });

const json = { Accept: "application/json" };
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const safari =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

let count = 0;
let person: string;
beforeEach(() => {
  server.provider.clearFaults();
  person = `person-${++count}`;
});

const loggedIn = async (name = person, agent?: string): Promise<Browser> => {
  server.provider.setPerson({ sub: name, username: name, groups: [] });
  const visitor = browser(server);
  const started = await visitor.ask("/login");
  const query = await server.provider.logIn(started.headers["location"] ?? "");
  const finished = await visitor.ask({
    path: `/logged-in${query}`,
    headers: agent === undefined ? {} : { "User-Agent": agent },
  });
  expect(finished.status).toBe(302);
  return visitor;
};

const listed = async (visitor: Browser): Promise<readonly Listed[]> =>
  ((await visitor.ask({ path: "/sessions", headers: json })).json() as { sessions: Listed[] }).sessions;

const idOf = async (visitor: Browser): Promise<string> =>
  (await listed(visitor)).find(({ current }) => current)?.id ?? "";

const form = (visitor: Browser, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  visitor.ask({
    method: "POST",
    path: "/sessions",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });

describe("a user's sessions", () => {
  test("are listed with their start, last use and client, the most recently used one first", async () => {
    const started = clock.now();
    const phone = await loggedIn(person, safari);
    clock.pass(120);
    await username(phone);
    clock.pass(60);
    const desk = await loggedIn(person, firefox);
    const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
    const id = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(await listed(desk)).toEqual([
      {
        id,
        since: time(started + 180),
        lastUsed: time(started + 180),
        client: "Firefox on Linux",
        current: true,
      },
      { id, since: time(started), lastUsed: time(started + 120), client: "Safari on iPhone", current: false },
    ]);
    expect((await listed(phone)).map(({ current }) => current).toSorted()).toEqual([false, true]);
  });

  test("have public ids from which the session's id cannot be derived, in a response that is not cached", async () => {
    const [one, two] = [await loggedIn(), await loggedIn()];
    const answer = await one.ask({ path: "/sessions", headers: json });
    for (const id of [sessionId(one), sessionId(two)]) expect(answer.text).not.toContain(id);
    expect(answer.headers["cache-control"]).toBe("private, no-store");
    expect(new Set((await listed(one)).map(({ id }) => id)).size).toBe(2);
  });

  test("never contain text of the User-Agent header", async () => {
    const visitor = await loggedIn(person, "<script>alert(1)</script> Firefox/1 Unheard-of");
    expect((await listed(visitor))[0]?.client).toBe("Firefox");
    const unknown = await loggedIn(`${person}-b`, "curl/8.5.0");
    expect((await listed(unknown))[0]?.client).toBeNull();
  });

  test("are shown on a page, to which /whoami links", async () => {
    const visitor = await loggedIn(person, firefox);
    await loggedIn(person, safari);
    expect((await visitor.ask("/whoami")).text).toContain('href="/sessions"');
    const page = await visitor.ask("/sessions");
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.text).toContain("Firefox on Linux");
    expect(page.text).toContain("Safari on iPhone");
    expect(page.text).not.toContain(sessionId(visitor));
  });

  test("are 401 or a redirect to the login for anonymous callers", async () => {
    for (const method of ["GET", "DELETE"]) {
      expect((await server.ask({ method, path: "/sessions", headers: json })).status).toBe(401);
    }
    const answer = await browser(server).ask("/sessions");
    expect([answer.status, answer.headers["location"]]).toEqual([302, "/login?return_to=%2Fsessions"]);
  });

  test("are limited to a hundred: the least recently used ones end", async () => {
    const first = await loggedIn();
    clock.pass(1);
    const second = await loggedIn();
    clock.pass(1);
    for (let n = 0; n < 99; n++) await loggedIn();
    expect(await username(first)).toBeNull();
    expect(await username(second)).toBe(person);
    expect(await listed(second)).toHaveLength(100);
    await vi.waitFor(() => expect(server.provider.state.grants.countValid(person)).toBe(100), {
      timeout: 4000,
    });
  });
});

describe("ending", () => {
  test("one session takes effect immediately", async () => {
    const [here, there] = [await loggedIn(), await loggedIn()];
    const answer = await here.ask({ method: "DELETE", path: `/sessions/${await idOf(there)}` });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(await username(there)).toBeNull();
    expect(await username(here)).toBe(person);
    expect(await listed(here)).toHaveLength(1);
  });

  test("the current session logs out and clears the cookie", async () => {
    const visitor = await loggedIn();
    expect((await visitor.ask({ method: "DELETE", path: `/sessions/${await idOf(visitor)}` })).status).toBe(
      204,
    );
    expect(visitor.cookies.has(sessionCookie)).toBe(false);
  });

  test("all others does not end the current session or other users'", async () => {
    const [here, there, elsewhere] = [await loggedIn(), await loggedIn(), await loggedIn()];
    const other = await loggedIn(`${person}-other`);
    expect((await here.ask({ method: "DELETE", path: "/sessions" })).status).toBe(204);
    const left = await Promise.all([here, there, elsewhere, other].map(username));
    expect(left).toEqual([person, null, null, `${person}-other`]);
  });

  test("all includes the current session", async () => {
    const [here, there] = [await loggedIn(), await loggedIn()];
    const cookie = here.cookies.get(sessionCookie) ?? "";
    expect((await here.ask({ method: "DELETE", path: "/sessions?all=true" })).status).toBe(204);
    expect(here.cookies.has(sessionCookie)).toBe(false);
    here.cookies.set(sessionCookie, cookie);
    expect([await username(here), await username(there)]).toEqual([null, null]);
  });

  test("another user's session is 404, as for one that does not exist", async () => {
    const [own, others] = [await loggedIn(), await loggedIn(`${person}-other`)];
    const answers = await Promise.all(
      [await idOf(others), "0".repeat(32), "..%2f..", sessionId(others)].map((id) =>
        own.ask({ method: "DELETE", path: `/sessions/${id}`, headers: json }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, expect.any(Number), 404]);
    expect(answers[0]?.text).toBe(answers[1]?.text);
    expect(await username(others)).toBe(`${person}-other`);
  });

  test("works with a Bearer token, which has no session", async () => {
    const [one, two] = [await loggedIn(), await loggedIn()];
    const headers = { ...json, Authorization: await server.bearer(person) };
    const { sessions } = (await server.ask({ path: "/sessions", headers })).json() as { sessions: Listed[] };
    expect(sessions.map(({ current }) => current)).toEqual([false, false]);
    expect((await server.ask({ method: "DELETE", path: "/sessions", headers })).status).toBe(204);
    expect([await username(one), await username(two)]).toEqual([null, null]);
  });

  test("applies to the Bearer token's user when a request has a session cookie too", async () => {
    const [own, others] = [await loggedIn(), await loggedIn(`${person}-other`)];
    const headers = { Authorization: await server.bearer(`${person}-other`) };
    expect((await own.ask({ method: "DELETE", path: "/sessions?all=true", headers })).status).toBe(204);
    expect([await username(own), await username(others)]).toEqual([person, null]);
  });
});

describe("the page's forms", () => {
  const sameSite = { "Sec-Fetch-Site": "same-origin" };

  test("end one session or all others, and redirect to the page", async () => {
    const [here, one, two] = [await loggedIn(), await loggedIn(), await loggedIn()];
    const ended = await form(here, { action: "end", id: await idOf(one) }, sameSite);
    expect([ended.status, ended.headers["location"]]).toEqual([303, "/sessions"]);
    expect([await username(one), await username(two)]).toEqual([null, person]);
    await form(here, { action: "end-others" }, sameSite);
    expect([await username(here), await username(two)]).toEqual([person, null]);
  });

  test("are refused when they are cross-site", async () => {
    const [here, there] = [await loggedIn(), await loggedIn()];
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" };
    expect((await form(here, { action: "end-others" }, headers)).status).toBe(403);
    expect(await username(there)).toBe(person);
  });

  test.each([{}, { action: "other" }, { action: "end" }])(
    "with the fields %o end no session",
    async (fields) => {
      const [here, there] = [await loggedIn(), await loggedIn()];
      expect([400, 404]).toContain((await form(here, { ...fields }, sameSite)).status);
      expect(await username(there)).toBe(person);
    },
  );
});
