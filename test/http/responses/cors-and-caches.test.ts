import { beforeAll, describe, expect, test } from "vitest";
import { dataset, narrative, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf, browserOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
let script: string;
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
  owner = { Authorization: await server.bearer("alice", "blab/owners", "test-private/owners") };
  const { text } = await server.ask({ path: "/edit/narratives" });
  [script = ""] = /\/dist\/[^"]+polyfills[^"]+\.js/.exec(text) ?? [];
});

const json = "application/json";
const html = "text/html";
const noStore = "private, no-store";
const noCache = "private, no-cache";

/** The CORS and Cache-Control headers of each route. */
const responses: readonly [
  path: string,
  accept: string,
  status: number,
  anyOrigin: boolean,
  cache: string,
][] = [
  ["/groups/blab/ncov/19B", json, 200, true, noCache],
  ["/groups/blab/ncov/19B", dataset("measurements"), 200, true, noCache],
  ["/groups/blab/narratives/test/fixture", narrative, 200, true, noCache],
  ["/charon/getDataset?prefix=groups/blab/ncov/19B", "*/*", 200, true, noCache],
  ["/charon/getNarrative?prefix=groups/blab/narratives/test/fixture&type=md", "*/*", 200, true, noCache],
  ["/charon/getAvailable?prefix=groups/blab", "*/*", 200, true, noCache],
  ["/charon/getSourceInfo?prefix=groups/blab", "*/*", 200, true, noCache],
  ["/logos/blab", "image/png", 200, true, noCache],
  ["/logos/test-private", "image/png", 200, false, noCache],
  ["/groups/test-private/ncov/19B", json, 200, false, noCache],
  ["/groups/test-private/narratives/test/fixture", narrative, 200, false, noCache],
  ["/charon/getDataset?prefix=groups/test-private/ncov/19B", "*/*", 200, false, noCache],
  [
    "/charon/getNarrative?prefix=groups/test-private/narratives/test/fixture&type=md",
    "*/*",
    200,
    false,
    noCache,
  ],
  ["/charon/getAvailable?prefix=groups/test-private", "*/*", 200, false, noCache],
  ["/charon/getSourceInfo?prefix=groups/test-private", "*/*", 200, false, noCache],
  ["/charon/getAvailable?prefix=groups", "*/*", 200, false, noStore],
  ["/groups/blab/settings/logo", "image/png", 200, false, noCache],
  ["/groups/blab/settings/overview", "*/*", 200, false, noCache],
  ["/groups/blab/settings/roles", json, 200, false, noStore],
  ["/groups/blab/settings", html, 200, false, noStore],
  ["/groups/blab/settings/members", html, 200, false, noStore],
  ["/groups/blab/settings/members", json, 200, false, noStore],
  ["/whoami", json, 200, false, noStore],
  ["/whoami", html, 200, false, noStore],
  ["/groups", html, 200, false, noStore],
  ["/groups/blab", html, 200, false, noStore],
  ["/groups/blab/ncov/19B", html, 200, false, noStore],
  ["/edit/narratives", html, 200, false, noStore],
  ["/", html, 302, false, noStore],
  ["/users", html, 302, false, noStore],
  ["/groups/BLAB", html, 302, false, noStore],
  ["/groups/BLAB/ncov/19B", json, 302, false, noStore],
  ["/login", html, 302, false, noStore],
  ["/nothing", json, 404, false, noStore],
  ["/nothing", html, 404, false, noStore],
  ["/groups/blab/absent", json, 404, false, noStore],
  ["/groups/blab/absent", html, 404, false, noStore],
  ["/charon/getDataset?prefix=groups/blab/absent", json, 404, false, noStore],
  ["/groups/other/x", json, 403, false, noStore],
  ["/charon/getDataset?prefix=groups/other/x", json, 403, false, noStore],
  ["/groups/blab/a_b", json, 400, false, noStore],
];

describe("a response", () => {
  test.each(responses)(
    "to %s as %s (%i) allows scripts of any origin: %j; Cache-Control: %s",
    async (path, Accept, status, any, cache) => {
      for (const method of ["GET", "HEAD"]) {
        const { headers, status: actual } = await server.ask({
          method,
          path,
          headers: { Accept, Origin: "https://else.example", ...owner },
        });
        expect(actual).toBe(status);
        expect(headers["access-control-allow-origin"]).toBe(any ? "*" : undefined);
        expect(headers["access-control-expose-headers"]).toBe(any ? "*" : undefined);
        expect(headers).not.toHaveProperty("access-control-allow-credentials");
        expect(headers["cache-control"]).toBe(cache);
      }
    },
  );

  test("to an anonymous visitor without permission is not stored by any cache", async () => {
    for (const [Accept, status] of [
      [json, 401],
      [html, 302],
    ] as const) {
      const { headers, status: actual } = await server.ask({
        path: "/groups/test-private/ncov/19B",
        headers: { Accept },
      });
      expect([actual, headers["cache-control"]]).toEqual([status, noStore]);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    }
  });

  test("of discovery allows scripts of any origin", async () => {
    const { headers } = await server.ask({ path: "/.well-known/openid-configuration" });
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers["cache-control"]).not.toMatch(/public|max-age=[1-9]\d{3}/);
  });

  test.each(["OPTIONS", "PUT", "DELETE"])(
    "to %s has no CORS headers, preflights included",
    async (method) => {
      for (const group of ["blab", "test-private"]) {
        const { headers } = await server.ask({
          method,
          path: `/groups/${group}/unwritten`,
          headers: { Origin: "https://else.example", "Access-Control-Request-Method": "PUT", ...owner },
        });
        const names = Object.keys(headers).filter((name) => name.startsWith("access-control-"));
        expect([names, headers["cache-control"]]).toEqual([[], noStore]);
      }
    },
  );
});

describe("assets", () => {
  test("are public, cached for long, and sent without cookies", async () => {
    const visitor = await browserOf(server, "owner", "blab");
    expect((await visitor.ask("/groups")).cookies.length).toBeGreaterThan(0);
    const answer = await visitor.ask(script);
    expect([answer.status, answer.cookies]).toEqual([200, []]);
    expect(answer.headers["cache-control"]).toMatch(/^public, max-age=\d{7,}/);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect((await visitor.ask("/dist/absent.js")).cookies).toEqual([]);
  });

  test.each([
    ["br, gzip", "br"],
    ["gzip", "gzip"],
    ["identity", undefined],
  ])("have a coding that the client accepts: %s", async (accepted, encoding) => {
    const answer = await server.ask({ path: script, headers: { "Accept-Encoding": accepted } });
    expect([answer.headers["content-encoding"], answer.headers.vary]).toEqual([encoding, "Accept-Encoding"]);
    const again = await server.ask({
      path: script,
      headers: { "Accept-Encoding": accepted, "If-None-Match": answer.headers.etag ?? "" },
    });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test("of our own pages are immutable, under names with the hash of their content", async () => {
    const { text } = await server.ask({ path: "/groups" });
    const [style = ""] = /\/assets\/[^"]+\.css/.exec(text) ?? [];
    const answer = await server.ask({ path: style, headers: await bearerOf(server, "viewer", "blab") });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/css; charset=utf-8"]);
    expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(answer.cookies).toEqual([]);
    expect(
      (await server.ask({ path: style, headers: { "If-None-Match": answer.headers.etag ?? "" } })).status,
    ).toBe(304);
    expect((await server.ask({ path: "/assets/absent.css" })).status).toBe(404);
  });
});
