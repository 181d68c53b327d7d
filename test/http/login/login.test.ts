import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { Answer } from "../../support/requests/http.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
beforeEach(() => {
  server.provider.clearFaults();
  server.events.length = 0;
});

const begin = async (path: string, headers: Record<string, string> = {}) => {
  const visitor = browser(server);
  const answer = await visitor.ask({ path, headers });
  return { visitor, answer, url: new URL(answer.headers["location"] ?? "") };
};

/** The redirect after a login that begins at this path. */
const landing = async (path: string, headers: Record<string, string> = {}) => {
  const { visitor, url } = await begin(path, headers);
  const finished = await visitor.ask(`/logged-in${await server.provider.logIn(url.href)}`);
  expect(finished.status).toBe(302);
  return finished.headers["location"];
};

describe("the start of a login", () => {
  test("redirects to the provider with all parameters of the code flow", async () => {
    const { answer, url } = await begin("/login");
    expect(answer.status).toBe(302);
    expect(answer.headers["cache-control"]).toBe("private, no-store");
    expect(url.origin + url.pathname).toBe(`${server.provider.issuer}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      // A query parameter of the provider's own endpoint.
      realm: "lab",
      response_type: "code",
      client_id: "app-client",
      redirect_uri: `${server.origin}/logged-in`,
      scope: expect.stringMatching(/^openid profile( email)?( offline_access)?$/),
      state: expect.stringMatching(/^[\w-]{44}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
  });

  test("uses a new state, nonce and challenge each time", async () => {
    const [one, other] = [(await begin("/login")).url, (await begin("/login")).url];
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(one.searchParams.get(name)).not.toBe(other.searchParams.get(name));
    }
  });

  test("sends the PKCE verifier to the token endpoint", async () => {
    const { visitor, url } = await begin("/login");
    await visitor.ask(`/logged-in${await server.provider.logIn(url.href)}`);
    const { form } = server.provider.state.tokenRequests.at(-1) ?? {};
    expect(form?.get("grant_type")).toBe("authorization_code");
    expect(form?.get("redirect_uri")).toBe(`${server.origin}/logged-in`);
    const verifier = form?.get("code_verifier") ?? "";
    expect(verifier).toMatch(/^[\w-]{43}$/);
    expect(createHash("sha256").update(verifier).digest("base64url")).toBe(
      url.searchParams.get("code_challenge"),
    );
  });

  test("logs no state, verifier or code", async () => {
    const { visitor, url } = await begin("/login");
    const query = await server.provider.logIn(url.href);
    await visitor.ask(`/logged-in${query}`);
    const log = JSON.stringify(server.events);
    const verifier = server.provider.state.tokenRequests.at(-1)?.form.get("code_verifier");
    for (const secret of [url.searchParams.get("state"), new URLSearchParams(query).get("code"), verifier]) {
      expect(secret).toBeTruthy();
      expect(log).not.toContain(secret);
    }
  });
});

describe("a login returns", () => {
  const page = (path: string) => `${server.origin}${path}`;
  test.each([
    ["to the home page by default", {}, "/"],
    ["to the page in Referer, with its query", { Referer: "/groups/blab?a=1&b=2" }, "/groups/blab?a=1&b=2"],
    ["to the home page from the callback", { Referer: "/logged-in?code=1" }, "/"],
  ])("%s", async (_, headers, expected) => {
    const absolute = Object.entries(headers).map(([name, path]) => [name, page(path as string)]);
    expect(await landing("/login", Object.fromEntries(absolute))).toBe(expected);
  });

  test.each([
    ["another site's page", "https://elsewhere.example/groups/blab"],
    ["another port of this host", "http://127.0.0.1:1/groups/blab"],
    ["no address at all", "groups/blab"],
    ["a path of two slashes", () => `${server.origin}//elsewhere.example`],
  ])("to the home page when the referer is %s", async (_, referer) => {
    const text = typeof referer === "string" ? referer : referer();
    expect(await landing("/login", { Referer: text })).toBe("/");
  });

  test("to the path in return_to, which has precedence over Referer", async () => {
    const target = "/groups/blab/a%20b?x=%2F&y=1";
    const path = `/login?return_to=${encodeURIComponent(target)}`;
    expect(await landing(path, { Referer: page("/whoami") })).toBe(target);
  });

  test.each([
    ["another origin", "https://elsewhere.example/"],
    ["a host behind two slashes", "//elsewhere.example/"],
    ["a host behind slash and backslash", "/\\elsewhere.example/"],
    ["a host behind two backslashes", "\\\\elsewhere.example/"],
    ["a backslash further on", "/a\\b"],
    ["a tab that browsers drop", "/\t/elsewhere.example"],
    ["a line break", "/a\r\nSet-Cookie: b=c"],
    ["NUL", "/a\0b"],
    ["a relative path", "groups/blab"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
    ["the login", "/login"],
    ["the login in other letters", "/LOGIN?return_to=/x"],
    ["the login's end", "/logged-in?code=1"],
    ["the logout", "/logout"],
    ["something too long for a cookie", `/${"a".repeat(3000)}`],
  ])("to the home page when return_to is %s", async (_, target) => {
    expect(await landing(`/login?return_to=${encodeURIComponent(target)}`)).toBe("/");
  });

  test("to the private page that redirected to the login, including its query", async () => {
    server.provider.setPerson({ sub: "alice", username: "alice", groups: ["test-private/viewers"] });
    const refused = await browser(server).ask("/groups/test-private/a/b?c=tree&d=é".replace("é", "%C3%A9"));
    expect(refused.status).toBe(302);
    expect(await landing(refused.headers["location"] ?? "")).toBe("/groups/test-private/a/b?c=tree&d=%C3%A9");
  });
});

describe("the callback", () => {
  /** Begins a login, and requests the callback with this query instead of the provider's. */
  const comeBack = async (query: (state: string, code: string) => string, from = "/login") => {
    const { visitor, url } = await begin(from);
    const callback = new URLSearchParams(await server.provider.logIn(url.href));
    const answer = await visitor.ask(
      `/logged-in?${query(callback.get("state") ?? "", callback.get("code") ?? "")}`,
    );
    return { answer, visitor };
  };

  const signIns = () => server.events.filter(({ event }) => event === "sign-in");
  const retry = '<a class="button" href="/login?return_to=%2Fgroups%2Fblab%3Fa%3Db">Try again</a>';

  test.each([
    ["access_denied", "The person declined", 403],
    ["interaction_required", "More is needed", 403],
    ["server_error", "It failed", 502],
    ["temporarily_unavailable", "It is busy", 503],
    ["invalid_scope", "Unknown scope: groups", 500],
    ["invalid_request", "Pushed authorization requests are required", 500],
  ])("shows the provider's error, and a link to try again: %s", async (error, description, status) => {
    const errorQuery = new URLSearchParams({ error, error_description: description });
    const { answer, visitor } = await comeBack(
      (state) => `${errorQuery}&state=${state}`,
      "/login?return_to=/groups/blab?a=b",
    );
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`It says: ${error} (${description})`);
    expect(answer.text).toContain(retry);
    expect(visitor.cookies.size).toBe(0);
    expect(signIns()).toEqual([{ event: "sign-in", outcome: "refused", reason: error, description }]);
  });

  test("shows the token endpoint's error", async () => {
    const { visitor, url } = await begin("/login");
    const query = await server.provider.logIn(url.href);
    server.provider.injectFault("other-400");
    const answer = await visitor.ask(`/logged-in${query}`);
    expect(answer.text).toContain("It says: invalid_request (The stub was asked to say so)");
    expect(signIns()).toMatchObject([
      { reason: "invalid_request", description: "The stub was asked to say so" },
    ]);
  });

  test("escapes and truncates the provider's error, on one line", async () => {
    const description = `<img src=x>\u202e\n${"long ".repeat(1000)}`;
    const errorQuery = new URLSearchParams({
      error: `<b>${"x".repeat(5000)}`,
      error_description: description,
    });
    const { answer } = await comeBack((state) => `${errorQuery}&state=${state}`);
    const html = answer.text;
    expect(html).toContain("It says: &lt;b&gt;xxx");
    expect(html).toContain("(&lt;img src=x&gt; long long");
    expect(html).not.toMatch(/<img|\u202e/);
    expect(html.length).toBeLessThan(8000);
    expect(JSON.stringify(signIns()).length).toBeLessThan(700);
  });

  test("shows no error_description to a browser without a login attempt, since any link may contain one", async () => {
    const words = "error=access_denied&error_description=Call+this+number";
    const { answer } = await comeBack(() => `${words}&state=another-state`);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain("Call this number");
    expect(signIns()).toMatchObject([{ outcome: "refused", description: "access_denied" }]);
  });

  const isLost = (answer: Answer) => {
    expect([answer.status, answer.headers["location"]]).toEqual([400, undefined]);
    expect(answer.text).toContain("This login was finished before, or did not begin in this browser");
    expect(answer.text).toContain('<a class="button" href="/login">Try again</a>');
  };

  test("starts a new login when it has neither code nor error", async () => {
    const { answer } = await comeBack((state) => `state=${state}`);
    expect(answer.status).toBe(302);
    expect(answer.headers["location"]).toContain(`${server.provider.issuer}/authorize?`);
  });

  test.each([
    ["with another state", () => "code=a-code&state=another-state"],
    ["without a state", () => "code=a-code"],
    ["with a state that ends otherwise", (state: string) => `code=a-code&state=${state.slice(0, -1)}!`],
  ])("is 400 %s", async (_, query) => {
    const { answer, visitor } = await comeBack(query);
    isLost(answer);
    expect(visitor.cookies.has("nextstrain.org-session")).toBe(false);
  });

  test("is 400 in a browser that never began a login", async () => {
    const { url } = await begin("/login");
    const stranger = browser(server);
    const answer = await stranger.ask(`/logged-in${await server.provider.logIn(url.href)}`);
    isLost(answer);
    expect(stranger.cookies.size).toBe(0);
  });

  test("works once", async () => {
    const { visitor, url } = await begin("/login");
    const query = await server.provider.logIn(url.href);
    expect((await visitor.ask(`/logged-in${query}`)).status).toBe(302);
    const session = visitor.cookies.get("nextstrain.org-session");
    const again = await visitor.ask(`/logged-in${query}`);
    isLost(again);
    expect(visitor.cookies.get("nextstrain.org-session")).toBe(session);
  });

  test.each([
    "no-id-token",
    "no-access-token",
    "no-refresh-token",
    "wrong-nonce",
    "no-nonce",
    "wrong-audience",
  ] as const)("logs nobody in on an answer with %s", async (fault) => {
    const { visitor, url } = await begin("/login");
    const query = await server.provider.logIn(url.href);
    server.provider.injectFault(fault);
    const answer = await visitor.ask(`/logged-in${query}`);
    expect(answer.status).toBe(500);
    expect(visitor.cookies.has("nextstrain.org-session")).toBe(false);
  });

  test("is 503 while the provider does not answer", async () => {
    const { visitor, url } = await begin("/login");
    const query = await server.provider.logIn(url.href);
    server.provider.injectFault("server-error");
    const answer = await visitor.ask(`/logged-in${query}`);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    // Reloading this page would not help.
    expect(answer.text).toContain('<a class="button" href="/login">Try again</a>');
    expect(answer.text).not.toContain("Reload");
  });
});
