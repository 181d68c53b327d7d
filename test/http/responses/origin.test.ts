import { describe, expect, test } from "vitest";
import { proxy, say, untrusted } from "../../support/requests/raw-request.ts";
import { production } from "../../support/server/production-environment.ts";
import { testServer } from "../../support/server/test-server.ts";

const host = "Host: groups.example.org";
const https = "X-Forwarded-Proto: https";

describe("behind a proxy, with any origin", () => {
  const server = testServer({ environment: { ...production, TRUSTED_PROXIES: `["${proxy}"]` } });

  /** The origin of a login's redirect URI, or the response's status. */
  const originOf = async (from: string, ...headers: readonly string[]): Promise<string | number> => {
    const { status, location = "" } = await say(server.origin, from, "GET /login HTTP/1.1", ...headers);
    const redirectUri = URL.canParse(location) && new URL(location).searchParams.get("redirect_uri");
    return redirectUri ? new URL(redirectUri).origin : status;
  };

  test.each([
    ["the proxy's scheme and the Host it passes on", [host, https], "https://groups.example.org"],
    [
      "the host that the proxy names",
      ["Host: 127.0.0.1:5001", https, "X-Forwarded-Host: groups.example.org"],
      "https://groups.example.org",
    ],
    [
      "the port that the proxy names",
      ["Host: x", https, "X-Forwarded-Host: groups.example.org:8443"],
      "https://groups.example.org:8443",
    ],
    ["the port in Host", ["Host: groups.example.org:8443", https], "https://groups.example.org:8443"],
    ["no default port", ["Host: groups.example.org:443", https], "https://groups.example.org"],
    ["a name in lower case", ["Host: GROUPS.Example.ORG", https], "https://groups.example.org"],
    ["a name without its trailing dot", ["Host: groups.example.org.", https], "https://groups.example.org"],
    ["an IPv6 address", ["Host: [::1]:8443", https], "https://[::1]:8443"],
    ["the first scheme of a list", [host, `${https}, http`], "https://groups.example.org"],
    [
      "the first scheme of a list without spaces",
      [host, "X-Forwarded-Proto: HTTPS,http"],
      "https://groups.example.org",
    ],
    [
      "nothing of Forwarded",
      [host, https, "Forwarded: host=evil.example;proto=http"],
      "https://groups.example.org",
    ],
    [
      "nothing of a header that is spelled with _",
      [host, https, "X_Forwarded_Host: evil.example"],
      "https://groups.example.org",
    ],
    [
      "the longest name that DNS allows",
      [`Host: ${"a.".repeat(126)}b:8443`, https],
      `https://${"a.".repeat(126)}b:8443`,
    ],
    ["nothing of X-Forwarded-Port", [host, https, "X-Forwarded-Port: 666"], "https://groups.example.org"],
  ] satisfies [string, string[], string][])("the origin has %s", async (_, headers, origin) => {
    expect(await originOf(proxy, ...headers)).toBe(origin);
  });

  test.each([
    ["no Host", [https]],
    ["an empty Host", ["Host:", https]],
    ["a Host with userinfo", ["Host: groups.example.org@evil.example", https]],
    ["a Host with a user and password", ["Host: a:b@evil.example", https]],
    ["a Host with a path", ["Host: groups.example.org/evil", https]],
    ["a Host with a backslash", ["Host: groups.example.org\\evil", https]],
    ["a Host with a query", ["Host: groups.example.org?x", https]],
    ["a Host with a fragment", ["Host: groups.example.org#x", https]],
    ["a Host with a space", ["Host: groups.example.org evil.example", https]],
    ["a Host with percent-encoding", ["Host: groups.example%2eorg", https]],
    ["a Host with an invalid port", ["Host: groups.example.org:http", https]],
    ["a Host with a port that is too large", ["Host: groups.example.org:65536", https]],
    ["a Host with two trailing dots", ["Host: groups.example.org..", https]],
    ["a Host with nothing but a port", ["Host: :443", https]],
    ["a Host that is longer than a name can be", [`Host: ${"a.".repeat(130)}b`, https]],
    ["a list of hosts", ["Host: groups.example.org, evil.example", https]],
    ["two Hosts", [host, "Host: evil.example", https]],
    ["two equal Hosts", [host, host, https]],
    ["two X-Forwarded-Host", [host, https, "X-Forwarded-Host: a.example", "X-Forwarded-Host: b.example"]],
    ["a list in X-Forwarded-Host", [host, https, "X-Forwarded-Host: a.example, b.example"]],
    ["an X-Forwarded-Host with userinfo", [host, https, "X-Forwarded-Host: a@evil.example"]],
    ["an X-Forwarded-Host beside an invalid Host", ["Host: @", https, "X-Forwarded-Host: a.example"]],
    ["another scheme", [host, "X-Forwarded-Proto: javascript"]],
    ["a list of schemes that begins empty", [host, "X-Forwarded-Proto: , https"]],
  ] satisfies [string, string[]][])("%s is rejected", async (_, headers) => {
    const answer = await say(server.origin, proxy, "GET /login HTTP/1.1", ...headers);
    expect([answer.status, answer.location, answer.cookies]).toEqual([400, undefined, []]);
    expect(answer.text).not.toContain("evil.example");
  });

  test("forwarded headers of an untrusted address are ignored", async () => {
    const forged = [https, "X-Forwarded-Host: evil.example", "X-Forwarded-For: 127.0.0.7"];
    const answer = await say(server.origin, untrusted, "GET /login HTTP/1.1", host, ...forged);
    expect([answer.status, answer.location]).toEqual([302, "https://groups.example.org/login"]);
    expect(answer.cookies).toEqual([]);
  });

  test.each([
    ["a path with a query", "GET /groups/blab?a=1&b=%2F HTTP/1.1", "/groups/blab?a=1&b=%2F"],
    ["a path that looks like a host", "GET //evil.example/%2e HTTP/1.1", "//evil.example/"],
    ["a path with a parent folder", "GET //evil.example/.. HTTP/1.1", "//"],
    ["a path with a backslash", "GET /\\evil.example HTTP/1.1", undefined],
    ["an absolute form of this host", "GET http://groups.example.org/groups?a=1 HTTP/1.1", "/groups?a=1"],
    ["an absolute form without a path", "GET http://groups.example.org?a=1 HTTP/1.1", "/?a=1"],
    [
      "an absolute form with two slashes",
      "GET http://groups.example.org//evil.example HTTP/1.1",
      "//evil.example",
    ],
  ] as const)("%s is redirected to https on the same host", async (_, line, path) => {
    const { status, location = "" } = await say(server.origin, untrusted, line, host);
    expect(status).toBe(302);
    expect(new URL(location).origin).toBe("https://groups.example.org");
    if (path) expect(location.slice("https://groups.example.org".length)).toBe(path);
  });

  test.each([
    ["another host's URL", "GET http://evil.example/groups HTTP/1.1"],
    ["a URL with userinfo", "GET http://groups.example.org@evil.example/ HTTP/1.1"],
    ["another scheme", "GET ftp://groups.example.org/ HTTP/1.1"],
    ["an asterisk", "OPTIONS * HTTP/1.1"],
  ])("%s is rejected as a request target", async (_, line) => {
    for (const from of [proxy, untrusted]) {
      const answer = await say(server.origin, from, line, host, https);
      expect([answer.status, answer.location, answer.cookies]).toEqual([400, undefined, []]);
    }
  });

  test("an upload by http is redirected by 307, which keeps the method", async () => {
    const answer = await say(
      server.origin,
      untrusted,
      "PUT /groups/blab/x HTTP/1.1",
      host,
      "Content-Length: 0",
    );
    expect([answer.status, answer.location]).toEqual([307, "https://groups.example.org/groups/blab/x"]);
  });

  test.each([
    ["a path", "GET /groups?x HTTP/1.1", "https://groups.example.org:8443/groups?x"],
    [
      "a path that looks like a host",
      "GET //evil.example HTTP/1.1",
      "https://groups.example.org:8443//evil.example",
    ],
  ])("www. is removed, with %s", async (_, line, location) => {
    const answer = await say(server.origin, proxy, line, "Host: www.groups.example.org:8443", https);
    expect([answer.status, answer.location]).toEqual([302, location]);
  });

  test("the canonical redirect stays on this host, whatever the path", async () => {
    for (const path of ["/groups/BLAB//evil.example/", "/groups/BLAB/\\evil.example", "/groups/BLAB//"]) {
      const { location = "" } = await say(server.origin, proxy, `GET ${path} HTTP/1.1`, host, https);
      if (location !== "") expect(location).toMatch(/^\/groups\/blab\//);
      expect(new URL(location, "https://groups.example.org").origin).toBe("https://groups.example.org");
    }
  });

  test("a redirect to the login never returns to another host", async () => {
    const page = ["Accept: text/html", host, https];
    for (const path of ["//evil.example/groups/other", "/groups/other//evil.example"]) {
      const { status, location = "/" } = await say(server.origin, proxy, `GET ${path} HTTP/1.1`, ...page);
      if (status === 302) expect(location).toMatch(/^\/login\?return_to=%2Fgroups%2F/);
    }
  });

  test("cookies are Secure and host-only", async () => {
    const forged = "X-Forwarded-Host: groups.example.org:8443";
    const { cookies } = await say(server.origin, proxy, "GET /login HTTP/1.1", host, https, forged);
    expect(cookies.length).toBe(1);
    expect(cookies[0]).toMatch(/; secure/i);
    expect(cookies[0]).not.toMatch(/domain/i);
  });

  test("a logout returns to the origin with its port", async () => {
    const named = "X-Forwarded-Host: groups.example.org:8443";
    const { location = "" } = await say(
      server.origin,
      proxy,
      "GET /logout HTTP/1.1",
      "Host: x",
      https,
      named,
    );
    const query = new URL(location).searchParams;
    expect(query.get("post_logout_redirect_uri")).toBe("https://groups.example.org:8443");
    expect(query.get("logout_uri")).toBe("https://groups.example.org:8443");
  });

  test("links are paths without a host", async () => {
    const line = "GET /groups/blab/none HTTP/1.1";
    const { text } = await say(server.origin, proxy, line, host, https, "Accept: application/json");
    expect(text).toMatch(/^Link: <\/groups\/blab\/none>; rel="alternate"/im);
    expect(text).not.toContain("example.org");
  });

  test("the discovery document is the provider's, for any Host", async () => {
    const line = "GET /.well-known/openid-configuration HTTP/1.1";
    const { status, text } = await say(server.origin, proxy, line, "Host: evil.example", https);
    expect(status).toBe(200);
    expect(text).not.toContain("evil.example");
  });
});
