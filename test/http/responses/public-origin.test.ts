import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxy, say, untrusted } from "../../support/requests/raw-request.ts";
import { production } from "../../support/server/production-environment.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

const login = "GET /login HTTP/1.1";
const https = "X-Forwarded-Proto: https";

const start = (more: Readonly<Record<string, string>>): Promise<RunningServer> =>
  startServer({ environment: { ...production, TRUSTED_PROXIES: `["${proxy}"]`, ...more } });

/** The origin of a login's redirect URI; else the response's status and Location. */
const originOf = async (server: RunningServer, from: string, ...headers: readonly string[]) => {
  const { status, location = "" } = await say(server.origin, from, login, ...headers);
  const redirectUri = URL.canParse(location) && new URL(location).searchParams.get("redirect_uri");
  return redirectUri ? new URL(redirectUri).origin : `${status} ${location}`.trim();
};

describe("with PUBLIC_ORIGIN", () => {
  let server: RunningServer;
  beforeAll(async () => {
    const origins = ["https://groups.example.org", "https://www.lab.example:8443"];
    server = await start({ PUBLIC_ORIGIN: JSON.stringify(origins) });
  });
  afterAll(() => server.close());

  test.each([
    ["an allowed origin is used", ["Host: groups.example.org", https], "https://groups.example.org"],
    ["so is the other one", ["Host: www.lab.example:8443", https], "https://www.lab.example:8443"],
    [
      "so is one in X-Forwarded-Host",
      ["Host: 127.0.0.1", "X-Forwarded-Host: groups.example.org", https],
      "https://groups.example.org",
    ],
    [
      "http is redirected to an allowed origin",
      ["Host: groups.example.org"],
      "302 https://groups.example.org/login",
    ],
    [
      "www. is removed where that gives an allowed origin",
      ["Host: www.groups.example.org", https],
      "302 https://groups.example.org/login",
    ],
    ["another host is rejected", ["Host: evil.example", https], "400"],
    ["another host is rejected by http", ["Host: evil.example"], "400"],
    [
      "another host is rejected in X-Forwarded-Host",
      ["Host: groups.example.org", "X-Forwarded-Host: evil.example", https],
      "400",
    ],
    ["another port is rejected", ["Host: groups.example.org:8443", https], "400"],
    ["an allowed port may not be omitted", ["Host: www.lab.example", https], "400"],
    [
      "a host that begins with an allowed one is rejected",
      ["Host: groups.example.org.evil.example", https],
      "400",
    ],
    ["a subdomain of an allowed host is rejected", ["Host: a.groups.example.org", https], "400"],
  ] satisfies [string, string[], string][])("%s", async (_, headers, expected) => {
    expect(await originOf(server, proxy, ...headers)).toBe(expected);
  });

  test("health is served for any Host, since probes use addresses", async () => {
    expect((await say(server.origin, untrusted, "GET /healthz HTTP/1.1", "Host: 127.0.0.1")).status).toBe(
      200,
    );
  });
});

describe("the addresses in TRUSTED_PROXIES", () => {
  test.each([
    ["an address", [proxy], true],
    ["another address", ["127.0.0.70"], false],
    ["a range", ["127.0.0.0/29"], true],
    ["a range without it", ["127.0.0.0/30"], false],
    ["one of several", ["10.0.0.0/8", "::1", "127.0.0.7/32"], true],
    ["an IPv4-mapped IPv6 address", ["::ffff:127.0.0.7"], true],
    ["an IPv4-mapped IPv6 range", ["::ffff:127.0.0.0/125"], true],
    ["an IPv4-mapped IPv6 range without it", ["::ffff:127.0.0.0/126"], false],
    ["an IPv6 range with the same prefix", ["7f00::/8"], false],
    ["none", [], false],
  ] as const)("%s", async (_, proxies, isTrusted) => {
    const server = await start({ TRUSTED_PROXIES: JSON.stringify(proxies) });
    try {
      const origin = await originOf(server, proxy, "Host: groups.example.org", https);
      const redirected = "302 https://groups.example.org/login";
      expect(origin).toBe(isTrusted ? "https://groups.example.org" : redirected);
    } finally {
      await server.close();
    }
  });
});

describe("in development with a configured provider", () => {
  test("forwarded headers are ignored", async () => {
    const server = await startServer();
    try {
      const forged = [https, "X-Forwarded-Host: evil.example"];
      expect(await originOf(server, proxy, "Host: localhost:5000", ...forged)).toBe("http://localhost:5000");
    } finally {
      await server.close();
    }
  });
});

describe("Strict-Transport-Security", () => {
  const hstsOf = ({ text }: { readonly text: string }) =>
    /^strict-transport-security: (.*?)\r?$/im.exec(text)?.[1];
  const respond = (server: RunningServer, ...headers: readonly string[]) =>
    say(server.origin, proxy, "GET /groups HTTP/1.1", "Host: groups.example.org", ...headers);

  test.each([
    [{}, "max-age=31536000"],
    [{ HSTS_MAX_AGE: "60" }, "max-age=60"],
    [{ HSTS_MAX_AGE: "0" }, undefined],
  ])("is sent over https as set by %j, and never over http", async (environment, header) => {
    const server = await start(environment);
    expect(hstsOf(await respond(server, https))).toBe(header);
    expect(hstsOf(await respond(server))).toBeUndefined();
    await server.close();
  });
});
