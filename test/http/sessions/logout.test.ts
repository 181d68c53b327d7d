import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

const server = testServer();
beforeEach(() => {
  server.provider.clearFaults();
  server.provider.state.idTokenLifetime = 300;
});

const loggedIn = async (): Promise<{ visitor: Browser; cookie: string }> => {
  const visitor = browser(server);
  await visitor.logIn();
  return { visitor, cookie: visitor.cookies.get(sessionCookie) ?? "" };
};

/** A browser with a copy of the cookie. */
const withCookie = (cookie: string): Browser => {
  const visitor = browser(server);
  visitor.cookies.set(sessionCookie, cookie);
  return visitor;
};

interface Way {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe("a logout", () => {
  test.each([
    ["by our own form", { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" } }],
    ["by a form of a browser that says only its origin", { method: "POST", headers: { Origin: "self" } }],
    [
      "by a link of ours",
      {
        headers: {
          "Sec-Fetch-Site": "same-origin",
          "Sec-Fetch-Mode": "navigate",
          "Sec-Fetch-Dest": "document",
        },
      },
    ],
    [
      "by typing the address",
      { headers: { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" } },
    ],
    ["by a program that says nothing", {}],
  ] satisfies [string, Way][])(
    "%s ends the session, clears the cookie and goes on to the provider",
    async (_, question: Way) => {
      const before = (await server.stored.sessions()).size;
      const { visitor, cookie } = await loggedIn();
      const origin = question.headers?.["Origin"] ? { Origin: server.origin } : {};
      const answer = await visitor.ask({
        ...question,
        path: "/logout",
        headers: { ...question.headers, ...origin },
      });
      expect(answer.status).toBe(302);
      const target = new URL(answer.headers["location"] ?? "");
      expect(target.origin + target.pathname).toBe(`${server.provider.issuer}/logout`);
      expect(target.searchParams.get("post_logout_redirect_uri")).toMatch(new RegExp(`^${server.origin}/?$`));
      expect(target.searchParams.get("id_token_hint")).toBeTruthy();
      expect(answer.headers["cache-control"]).toBe("private, no-store");
      expect(visitor.cookies.has(sessionCookie)).toBe(false);
      expect((await server.stored.sessions()).size).toBe(before);
      expect(await username(withCookie(cookie))).toBeNull();
    },
  );

  test.each([
    ["another site's link", { "Sec-Fetch-Site": "cross-site" }],
    ["a sibling subdomain's link", { "Sec-Fetch-Site": "same-site" }],
    ["another site's image", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image" }],
    ["another origin", { Origin: "https://elsewhere.example" }],
    ["another site's link in an old browser", { Referer: "https://elsewhere.example/" }],
  ])("needs a confirmation when it is %s", async (_, headers) => {
    const { visitor } = await loggedIn();
    const answer = await visitor.ask({ path: "/logout", headers: { Accept: "text/html", ...headers } });
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(
      /<form[^>]*method="post"[^>]*action="\/logout"|<form[^>]*action="\/logout"[^>]*method="post"/i,
    );
    expect(await username(visitor)).toBe("alice");
  });

  test("is refused when it is a cross-site form", async () => {
    const { visitor } = await loggedIn();
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" };
    expect((await visitor.ask({ method: "POST", path: "/logout", headers })).status).toBe(403);
    expect(await username(visitor)).toBe("alice");
  });

  test("succeeds for a visitor who is not logged in", async () => {
    const answer = await browser(server).ask("/logout");
    expect([answer.status, answer.headers["location"]?.startsWith(server.provider.issuer)]).toEqual([
      302,
      true,
    ]);
  });

  test("ends every session whose cookie the browser sends, with any name and domain", async () => {
    const [first, second] = [await loggedIn(), await loggedIn()];
    const both = [first.cookie, "garbage", second.cookie];
    const Cookie = both.map((value) => `${sessionCookie}=${value}`).join("; ");
    expect((await server.ask({ path: "/logout", headers: { Cookie } })).status).toBe(302);
    for (const { cookie } of [first, second]) expect(await username(withCookie(cookie))).toBeNull();
  });

  test("does not end the person's other sessions", async () => {
    const { visitor } = await loggedIn();
    const elsewhere = await loggedIn();
    await visitor.ask("/logout");
    expect(await username(elsewhere.visitor)).toBe("alice");
  });
});

describe("an ended session is not restored by", () => {
  test("a concurrent renewal", async () => {
    const { visitor, cookie } = await loggedIn();
    const before = await server.stored.sessions();
    server.provider.state.idTokenLifetime = 1;
    const { visitor: expired, cookie: expiredCookie } = await loggedIn();
    expect(await username(expired)).toBe("alice");
    await delay(1100);
    server.provider.state.idTokenLifetime = 300;
    server.provider.injectFaultOnce("slow");
    const slow = withCookie(expiredCookie).ask({ path: "/whoami", headers: { Accept: "application/json" } });
    await delay(100);
    await expired.ask({ method: "POST", path: "/logout" });
    expect((await slow).json()).toMatchObject({ user: null });
    expect(await username(withCookie(expiredCookie))).toBeNull();
    expect([...(await server.stored.sessions()).keys()]).toEqual([...before.keys()]);
    expect(await username(withCookie(cookie))).toBe("alice");
    expect(await username(visitor)).toBe("alice");
  });

  test("an upload that ends after the logout", async () => {
    server.provider.setPerson({ sub: "alice", username: "alice", groups: ["blab/owners"] });
    const { visitor, cookie } = await loggedIn();
    const before = (await server.stored.sessions()).size;
    const body = async function* () {
      yield Buffer.from('{"meta": {}, ');
      await delay(200);
      yield Buffer.from('"tree": {"name": "root"}}');
    };
    const sent = fetch(`${server.origin}/groups/blab/slow/upload`, {
      method: "PUT",
      headers: {
        Cookie: `${sessionCookie}=${cookie}`,
        "Content-Type": "application/vnd.nextstrain.dataset.main+json",
      },
      body: Readable.toWeb(Readable.from(body())) as ReadableStream,
      duplex: "half",
    } as RequestInit);
    await delay(80);
    await visitor.ask({ method: "POST", path: "/logout" });
    expect((await sent).status).toBe(204);
    expect((await server.stored.sessions()).size).toBe(before - 1);
    expect(await username(withCookie(cookie))).toBeNull();
  });
});

test("a provider without end_session_endpoint: a logout ends the session here only", async () => {
  const provider = await stubProvider({
    metadata: { end_session_endpoint: undefined, scopes_supported: ["openid", "offline_access"] },
  });
  const bare = await startServer({ provider });
  try {
    expect((await bare.ask({ path: "/readyz" })).status).toBe(200);
    const visitor = browser(bare);
    await visitor.logIn();
    const answer = await visitor.ask({ method: "POST", path: "/logout" });
    expect([answer.status, answer.headers["location"]]).toEqual([302, "/"]);
    expect(await username(visitor)).toBeNull();
  } finally {
    await bare.close();
    await provider.close();
  }
});
