import { gunzipSync, inflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { dataset, putObjects, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { browserOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  const content = JSON.stringify({ meta: { title: "long ".repeat(2000) }, tree: { name: "root" } });
  await putObjects(server, { "blab/datasets/long.json": { type: dataset(), content, encoding: "none" } });
  owner = { Authorization: await server.bearer("alice", "blab/owners") };
});

const pages = [
  "/groups",
  "/groups/blab",
  "/groups/blab/settings",
  "/groups/blab/settings/members",
  "/whoami",
  "/nothing",
  "/groups/blab/nothing",
];
const auspice = ["/groups/blab/ncov/19B", "/groups/blab/narratives/test/fixture", "/edit/narratives"];
const others = [
  "/healthz",
  "/readyz",
  "/favicon.png",
  "/login",
  "/charon/getAvailable",
  "/.well-known/openid-configuration",
  "/groups/blab/a_b",
  "/groups/..",
  "/logos/blab",
  "/charon/getDataset?prefix=groups/blab/ncov/19B",
];

const get = (path: string, headers: Record<string, string> = {}) =>
  server.ask({ path, headers: { Accept: "text/html", ...owner, ...headers } });

/** The directives of a policy, by name. */
const directives = (policy = ""): Record<string, string> =>
  Object.fromEntries(
    policy
      .split(";")
      .map((part) => part.trim().split(/ (.*)/s))
      .map(([name = "", value = ""]) => [name, value]),
  );

describe("every response", () => {
  test.each([...pages, ...auspice, ...others])("has security headers: %s", async (path) => {
    const { headers } = await get(path);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toMatch(
      /^(same-origin|strict-origin|no-referrer|strict-origin-when-cross-origin)$/,
    );
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers).not.toHaveProperty("x-powered-by");
  });

  test.each([...pages, ...auspice, "/groups/blab/a_b"])(
    "in HTML has a policy that allows what it needs and no more: %s",
    async (path) => {
      const { headers } = await get(path);
      const policy = directives(headers["content-security-policy"]);
      expect(policy["default-src"]).toBeDefined();
      expect(policy["frame-ancestors"]).toBe("'none'");
      expect(policy["base-uri"]).toMatch(/^'(none|self)'$/);
      expect(policy["script-src"] ?? "'none'").not.toMatch(/unsafe-inline|https:|\*/);
      expect(policy["object-src"] ?? policy["default-src"]).toBe("'none'");
    },
  );

  test("with Auspice allows the map tiles", async () => {
    const { headers } = await get("/groups/blab/ncov/19B");
    expect(headers["content-security-policy"]).toContain("https://tiles.openfreemap.org");
  });

  test("to a browser that is logged in rolls its cookie, except for assets and health", async () => {
    const visitor = await browserOf(server, "owner", "blab");
    for (const path of ["/groups", "/whoami", "/groups/blab/ncov/19B", "/nothing"]) {
      expect([path, (await visitor.ask(path)).cookies.length]).toEqual([path, 1]);
    }
    for (const path of ["/favicon.png", "/healthz", "/readyz", "/.well-known/openid-configuration"]) {
      expect([path, (await visitor.ask(path)).cookies.length]).toEqual([path, 0]);
    }
  });

  test("to a visitor who has not logged in sets no cookie", async () => {
    for (const path of [...pages, ...auspice]) expect((await server.ask({ path })).cookies).toEqual([]);
  });
});

describe("long responses of compressible types", () => {
  const long = ["/groups", "/groups/blab", "/edit/narratives", "/charon/getDataset?prefix=groups/blab/long"];

  test.each(long)("have a coding that the client accepts: %s", async (path) => {
    const plain = await get(path);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.bytes.length).toBeGreaterThan(1024);
    const gzip = await get(path, { "Accept-Encoding": "gzip" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    const deflate = await get(path, { "Accept-Encoding": "deflate" });
    expect(deflate.headers["content-encoding"]).toBe("deflate");
    expect(inflateSync(deflate.bytes)).toEqual(plain.bytes);
  });

  test.each([...long, "/whoami", "/charon/getSourceInfo?prefix=groups/blab"])(
    "vary by Accept-Encoding, compressed or not: %s",
    async (path) => {
      for (const encoding of ["gzip", "identity", "*;q=0", "identity;q=0"]) {
        const { headers, status } = await get(path, { "Accept-Encoding": encoding });
        expect([status, headers.vary?.split(", ").includes("Accept-Encoding")]).toEqual([200, true]);
      }
    },
  );

  test("are compressed unless they are short or compressed already", async () => {
    const gzip = { "Accept-Encoding": "gzip" };
    expect((await get("/groups/blab/settings/roles", gzip)).headers["content-encoding"]).toBeUndefined();
    expect((await get("/favicon.png", gzip)).headers["content-encoding"]).toBeUndefined();
  });
});

describe("health", () => {
  test("is public, for any Host and any Authorization", async () => {
    for (const headers of [
      {},
      { Host: "10.0.0.7:5000" },
      { Host: "www.lab.example" },
      { Authorization: "Basic YTpi" },
    ]) {
      const live = await server.ask({ path: "/healthz", headers });
      expect([live.status, live.json()]).toEqual([200, { status: "ok" }]);
      const ready = await server.ask({ path: "/readyz", headers });
      expect([ready.status, ready.json()]).toEqual([200, { status: "ready" }]);
      expect(ready.headers["cache-control"]).toBe("private, no-store");
    }
  });
});

describe("a host name with www.", () => {
  test.each([
    ["www.lab.example", "http://lab.example/groups/blab?a=b%20c"],
    ["WWW.lab.example:8080", "http://lab.example:8080/groups/blab?a=b%20c"],
  ])("redirects GET on %s to the name without it", async (Host, location) => {
    const answer = await server.ask({ path: "/groups/blab?a=b%20c", headers: { Host } });
    expect([answer.status, answer.headers.location]).toEqual([302, location]);
    expect(answer.cookies).toEqual([]);
  });
});
