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

/** What the origin is determined to be, and where the request is sent instead; undefined: it is refused. */
const seen = (
  rules: OriginRules,
  address: string,
  headers: Readonly<Record<string, string>>,
): { readonly origin: string; readonly sentTo: string | undefined } | undefined => {
  let sentTo: string | undefined;
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
      sentTo = url;
    },
    state: { origin: "" },
    cookies: {},
  };
  try {
    void determineOrigin(rules)(ctx as unknown as Context, async () => undefined);
    return { origin: ctx.state.origin, sentTo };
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
  .map((pieces) => pieces.join(""));

describe("whatever a request says of its host", () => {
  it("the origin is nothing but a scheme, a host and a port, or the request is refused", () => {
    fc.assert(
      fc.property(host, (name) => {
        const result = seen({ kind: "direct", origins: [] }, "10.0.0.1", { host: name });
        fc.pre(result !== undefined);
        expect(result.origin).toBe(new URL(result.origin).origin);
        expect(result.origin).toMatch(/^http:\/\/[^/\\@?#\s,]+$/);
      }),
    );
  });

  it("is not believed of strangers, whatever they forward", () => {
    const scheme = fc.constantFrom("https", "http", "HTTPS", "ftp", "");
    fc.assert(
      fc.property(host, scheme, (forwarded, proto) => {
        const headers = {
          host: "groups.example.org",
          "x-forwarded-host": forwarded,
          "x-forwarded-proto": proto,
        };
        expect(seen(proxied([]), "203.0.113.9", headers)?.origin).toBe("http://groups.example.org");
      }),
    );
  });

  it("it is served, or sent on, under one of the names that were set, or refused", () => {
    const pinned = ["https://groups.example.org", "http://lab.example:8000"];
    const names = fc.oneof(
      host,
      fc.constantFrom("groups.example.org", "lab.example:8000", "www.groups.example.org"),
    );
    fc.assert(
      fc.property(names, fc.constantFrom("http", "https"), (forwarded, proto) => {
        const headers = { host: "inside", "x-forwarded-host": forwarded, "x-forwarded-proto": proto };
        const result = seen(proxied(pinned), "10.0.0.1", headers);
        fc.pre(result !== undefined);
        expect(pinned).toContain(new URL(result.sentTo ?? result.origin).origin);
      }),
    );
  });
});
