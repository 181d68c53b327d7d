import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxy, say, stranger } from "../../support/requests/raw-request.ts";
import { production } from "../../support/server/production-environment.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

const login = "GET /login HTTP/1.1";
const https = "X-Forwarded-Proto: https";

const start = (more: Readonly<Record<string, string>>): Promise<RunningServer> =>
  startServer({ environment: { ...production, TRUSTED_PROXIES: `["${proxy}"]`, ...more } });

/** What a login's answer says the server takes for its origin; else its status, and where it sends to. */
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
    ["a pinned origin is used", ["Host: groups.example.org", https], "https://groups.example.org"],
    ["so is the other one", ["Host: www.lab.example:8443", https], "https://www.lab.example:8443"],
    [
      "so is one that the proxy names",
      ["Host: 127.0.0.1", "X-Forwarded-Host: groups.example.org", https],
      "https://groups.example.org",
    ],
    [
      "plain http is sent on to a pinned origin",
      ["Host: groups.example.org"],
      "302 https://groups.example.org/login",
    ],
    [
      "www. is left out where that gives a pinned origin",
      ["Host: www.groups.example.org", https],
      "302 https://groups.example.org/login",
    ],
    ["another host is refused", ["Host: evil.example", https], "400"],
    ["another host is refused by plain http", ["Host: evil.example"], "400"],
    [
      "another host is refused when the proxy names it",
      ["Host: groups.example.org", "X-Forwarded-Host: evil.example", https],
      "400",
    ],
    ["another port is refused", ["Host: groups.example.org:8443", https], "400"],
    ["a pinned port may not be left out", ["Host: www.lab.example", https], "400"],
    [
      "a host that begins with a pinned one is refused",
      ["Host: groups.example.org.evil.example", https],
      "400",
    ],
    ["a host below a pinned one is refused", ["Host: a.groups.example.org", https], "400"],
  ] satisfies [string, string[], string][])("%s", async (_, headers, expected) => {
    expect(await originOf(server, proxy, ...headers)).toBe(expected);
  });

  test("health is told under any name, as probes ask by address", async () => {
    expect((await say(server.origin, stranger, "GET /healthz HTTP/1.1", "Host: 127.0.0.1")).status).toBe(200);
  });
});

describe("the addresses in TRUSTED_PROXIES", () => {
  test.each([
    ["an address", [proxy], true],
    ["another address", ["127.0.0.70"], false],
    ["a range", ["127.0.0.0/29"], true],
    ["a range that ends before it", ["127.0.0.0/30"], false],
    ["one of several", ["10.0.0.0/8", "::1", "127.0.0.7/32"], true],
    ["an address mapped to IPv6", ["::ffff:127.0.0.7"], true],
    ["a range mapped to IPv6", ["::ffff:127.0.0.0/125"], true],
    ["a range mapped to IPv6 that ends before it", ["::ffff:127.0.0.0/126"], false],
    ["an IPv6 range with the same first bits", ["7f00::/8"], false],
    ["none", [], false],
  ] as const)("%s", async (_, proxies, isTrusted) => {
    const server = await start({ TRUSTED_PROXIES: JSON.stringify(proxies) });
    try {
      const found = await originOf(server, proxy, "Host: groups.example.org", https);
      const sentOn = "302 https://groups.example.org/login";
      expect(found).toBe(isTrusted ? "https://groups.example.org" : sentOn);
    } finally {
      await server.close();
    }
  });
});

describe("in development with a provider of one's own", () => {
  test("forwarded headers mean nothing", async () => {
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
  const asked = (server: RunningServer, ...headers: readonly string[]) =>
    say(server.origin, proxy, "GET /groups HTTP/1.1", "Host: groups.example.org", ...headers);

  test.each([
    [{}, "max-age=31536000"],
    [{ HSTS_MAX_AGE: "60" }, "max-age=60"],
    [{ HSTS_MAX_AGE: "0" }, undefined],
  ])("is sent over https as %j says, and never over http", async (environment, told) => {
    const server = await start(environment);
    expect(hstsOf(await asked(server, https))).toBe(told);
    expect(hstsOf(await asked(server))).toBeUndefined();
    await server.close();
  });
});
