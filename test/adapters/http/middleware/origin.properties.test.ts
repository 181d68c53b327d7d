import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import type { OriginRules } from "../../../../src/adapters/http/middleware/origin.ts";
import { determineOrigin } from "../../../../src/adapters/http/middleware/origin.ts";
import { BadRequest } from "../../../../src/domain/failure.ts";

const proxied = (origins: readonly string[]): OriginRules => ({
  kind: "proxied",
  proxies: ["10.0.0.1"],
  origins,
  httpsOnly: false,
  hstsMaxAge: 0,
});

/** The resolved origin, and the URL that the request is redirected to. Undefined: the request is rejected. */
const resolve = (
  rules: OriginRules,
  address: string,
  headers: Readonly<Record<string, string>>,
): { readonly origin: string; readonly redirectedTo: string | undefined } | undefined => {
  let redirectedTo: string | undefined;
  const ctx = {
    method: "GET",
    url: "/",
    req: {
      url: "/",
      socket: { remoteAddress: address },
      headers,
      rawHeaders: Object.entries(headers).flat(),
    },
    res: { setHeader: () => undefined },
    get: (name: string) => headers[name.toLowerCase()] ?? "",
    redirect: (url: string) => {
      redirectedTo = url;
    },
    state: { origin: "" },
    cookies: {},
  };
  try {
    void determineOrigin(rules)(ctx as unknown as Context, async () => undefined);
    return { origin: ctx.state.origin, redirectedTo };
  } catch (error) {
    if (error instanceof BadRequest) return undefined;
    throw error;
  }
};

const host = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "groups.example.org",
        "evil.example",
        "www.",
        ":8000",
        ":",
        "@",
        "/",
        "\\",
        "#",
        ",",
        " ",
      ),
      fc.constantFrom("[::1]", "127.0.0.1", "%", "..", "é", "xn--", "0x7f", "_"),
      fc.string({ maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((fragments) => fragments.join(""));

describe("for any host in a request", () => {
  it("the origin consists of scheme, host and port, or the request is rejected", () => {
    fc.assert(
      fc.property(host, (name) => {
        const result = resolve({ kind: "direct", origins: [] }, "10.0.0.1", { host: name });
        fc.pre(result !== undefined);
        expect(result.origin).toBe(new URL(result.origin).origin);
        expect(result.origin).toMatch(/^http:\/\/[^/\\@?#\s,]+$/);
      }),
    );
  });

  it("forwarded headers of untrusted addresses are ignored", () => {
    const scheme = fc.constantFrom("https", "http", "HTTPS", "ftp", "");
    fc.assert(
      fc.property(host, scheme, (forwarded, proto) => {
        const headers = {
          host: "groups.example.org",
          "x-forwarded-host": forwarded,
          "x-forwarded-proto": proto,
        };
        expect(resolve(proxied([]), "203.0.113.9", headers)?.origin).toBe("http://groups.example.org");
      }),
    );
  });

  it("the request is served at or redirected to an allowed origin, or rejected", () => {
    const allowed = ["https://groups.example.org", "http://lab.example:8000"];
    const names = fc.oneof(
      host,
      fc.constantFrom("groups.example.org", "lab.example:8000", "www.groups.example.org"),
    );
    fc.assert(
      fc.property(names, fc.constantFrom("http", "https"), (forwarded, proto) => {
        const headers = { host: "inside", "x-forwarded-host": forwarded, "x-forwarded-proto": proto };
        const result = resolve(proxied(allowed), "10.0.0.1", headers);
        fc.pre(result !== undefined);
        expect(allowed).toContain(new URL(result.redirectedTo ?? result.origin).origin);
      }),
    );
  });
});
