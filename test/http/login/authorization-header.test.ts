import { beforeAll, describe, expect, test } from "vitest";
import { putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { browserOf } from "../../support/sessions/callers.ts";

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
});

const realm = 'Bearer realm="nextstrain.org"';

/** Routes that are public without the header. All of them validate it. */
const publicRoutes = [
  "/groups",
  "/groups/blab",
  "/groups/blab/ncov/19B",
  "/charon/getAvailable?prefix=groups/blab",
  "/whoami",
  "/users",
  "/edit/narratives",
  "/nothing",
];

const ask = (path: string, Authorization: string | string[], method = "GET") =>
  server.ask({ method, path, headers: { Authorization, Accept: "application/json" } });

describe("an Authorization header", () => {
  test.each(["Bearer", "nonsense", "Bearer a b", "Basic a b", "Bearer a, Bearer b", ""])(
    "that is malformed is 400 on every route: %j",
    async (header) => {
      for (const path of publicRoutes) expect([path, (await ask(path, header)).status]).toEqual([path, 400]);
    },
  );

  test.each(["Basic YTpi", "Digest x", "Negotiate abc", "BearerX abc", "Token abc"])(
    "with another scheme is 401 with a plain challenge on every route: %j",
    async (header) => {
      for (const path of publicRoutes) {
        const answer = await ask(path, header);
        expect([path, answer.status, answer.headers["www-authenticate"]]).toEqual([path, 401, realm]);
      }
    },
  );

  test.each(["Basic YTpi", "nonsense", "Bearer abc"])(
    "is ignored by discovery, login, assets and health: %j",
    async (header) => {
      for (const path of ["/.well-known/openid-configuration", "/healthz", "/readyz", "/favicon.png"]) {
        expect([path, (await ask(path, header)).status]).toEqual([path, 200]);
      }
      for (const path of ["/login", "/logged-in", "/logout"]) {
        expect([path, (await ask(path, header)).status]).toEqual([path, 302]);
      }
    },
  );
});

describe("a Bearer token", () => {
  test.each(["expired", "bad-signature"] as const)(
    "that is %s is 401 with invalid_token on every route",
    async (fault) => {
      server.provider.injectFaultOnce(fault);
      const header = await server.bearer("alice", "test-private/owners");
      for (const path of [...publicRoutes, "/groups/test-private/ncov/19B"]) {
        const answer = await ask(path, header);
        expect([path, answer.status]).toEqual([path, 401]);
        expect(answer.headers["www-authenticate"]).toMatch(
          /^Bearer realm="nextstrain.org", error="invalid_token", error_description="[^"\\]+"$/,
        );
        expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
        expect(answer.json()).toEqual({ error: expect.any(String) });
        expect(answer.text).not.toContain(header.slice(-20));
      }
    },
  );

  test.each(["abc", "a.b.c", "e30.e30.e30", "é"])("that is no JWT is 401: %j", async (token) => {
    const answer = await ask("/groups", `Bearer ${Buffer.from(token).toString("latin1")}`);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
  });

  test("that is invalid is 401 for browsers too, never a redirect", async () => {
    const headers = { Accept: "text/html", Authorization: "Bearer abc" };
    const answer = await server.ask({ path: "/groups/test-private", headers });
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
  });

  test("that is invalid is 401 even with a session cookie", async () => {
    const visitor = await browserOf(server, "owner", "test-private");
    const request = { path: "/groups/test-private/ncov/19B", headers: { Accept: "application/json" } };
    expect((await visitor.ask(request)).status).toBe(200);
    const headers = { ...request.headers, Authorization: "Bearer abc" };
    expect((await visitor.ask({ ...request, headers })).status).toBe(401);
  });
});
