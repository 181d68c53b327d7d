import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { determineOrigin } from "../../../../src/adapters/http/middleware/origin.ts";

/** The resolved scheme of a request from this address with `X-Forwarded-Proto: https`. */
const resolvedScheme = (address: string | undefined, proxies: readonly string[]): string => {
  const headers: Record<string, string> = { host: "groups.example.org", "x-forwarded-proto": "https" };
  const ctx = {
    req: {
      url: "/",
      socket: { remoteAddress: address },
      headers,
      rawHeaders: Object.entries(headers).flat(),
    },
    state: { origin: "" },
    cookies: {},
  };
  const rules = { kind: "proxied", proxies, origins: [], httpsOnly: false, hstsMaxAge: 0 } as const;
  void determineOrigin(rules)(ctx as unknown as Context, async () => undefined);
  return new URL(ctx.state.origin).protocol;
};

describe("trusted proxies", () => {
  it.each([
    ["an IPv4 address", "10.1.2.3", ["10.1.2.3"], true],
    ["an IPv4-mapped IPv6 address", "::ffff:10.1.2.3", ["10.0.0.0/8"], true],
    ["a mapped address outside of the range", "::ffff:11.1.2.3", ["10.0.0.0/8"], false],
    ["an IPv6 address", "fd00::1", ["fd00::1"], true],
    ["an IPv6 address in another spelling", "fd00::1", ["FD00:0:0:0:0:0:0:1"], true],
    ["an IPv6 range", "fd00::abcd", ["fd00::/64"], true],
    ["an IPv6 address outside of the range", "fd00:0:0:1::1", ["fd00::/64"], false],
    ["a link-local address with its zone", "fe80::1%eth0", ["fe80::/10"], true],
    ["an IPv4 address, with every IPv6 address trusted", "10.1.2.3", ["::/0"], false],
    ["every IPv4 address", "203.0.113.9", ["0.0.0.0/0"], true],
    ["a local socket, which has no address", undefined, ["0.0.0.0/0", "::/0"], false],
  ] as const)("are recognized by address: %s", (_, address, proxies, isTrusted) => {
    expect(resolvedScheme(address, proxies)).toBe(isTrusted ? "https:" : "http:");
  });
});
