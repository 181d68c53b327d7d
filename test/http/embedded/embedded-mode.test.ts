import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { logIn, visitor } from "../../support/server/embedded-login.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer({ embedded: true });
let port: string;
beforeAll(async () => {
  port = new URL(server.origin).port;
});

const paths = [
  "/groups",
  "/groups/demo",
  "/whoami",
  "/login",
  "/favicon.png",
  "/charon/getAvailable",
  "/.well-known/openid-configuration",
  "/idp/.well-known/openid-configuration",
];

describe("a server with demo accounts", () => {
  test.each(["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])(
    "answers this machine under the name %s",
    async (name) => {
      for (const Host of [name, `${name}:${port}`]) {
        for (const path of paths) {
          expect([path, (await server.ask({ path, headers: { Host } })).status]).toEqual([
            path,
            path === "/login" ? 302 : 200,
          ]);
        }
      }
    },
  );

  test.each([
    ["another name", { Host: "evil.example" }],
    ["another name of this machine", { Host: "laptop.local:5000" }],
    ["a name that begins like one of ours", { Host: "localhost.evil.example" }],
    ["an address of a network", { Host: "192.168.1.5:5000" }],
    ["every address", { Host: "0.0.0.0" }],
    ["a name below localhost", { Host: "evil.localhost" }],
  ])("refuses a request under %s, with a sentence", async (_, headers) => {
    for (const path of paths) {
      const answer = await server.ask({ path, headers });
      expect([path, answer.status]).toEqual([path, 400]);
      expect(answer.json()).toEqual({ error: expect.stringContaining("demo accounts") });
      expect(answer.cookies).toEqual([]);
    }
  });

  test.each(["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"])(
    "refuses what a proxy has forwarded with %s, and says how to be behind one",
    async (name) => {
      for (const path of paths) {
        for (const method of ["GET", "PUT"]) {
          const answer = await server.ask({ method, path, headers: { [name]: "127.0.0.1" } });
          expect([path, answer.status]).toEqual([path, 400]);
          expect(answer.json()).toEqual({ error: expect.stringContaining("NODE_ENV=production") });
        }
      }
    },
  );

  test("has its provider revoke the tokens of whom it logs out", async () => {
    const grants = () => readdir(join(server.folder, "data", "idp", "entries", "Grant"));
    const who = visitor(() => server.origin);
    await logIn(who, server.origin, "alice");
    expect(await grants()).toHaveLength(1);
    // The browser does not follow to the provider's own logout, which would end the grant too.
    expect((await who.ask({ method: "POST", path: "/logout" })).status).toBe(302);
    await vi.waitFor(async () => expect(await grants()).toEqual([]));
  });

  test("tells its health all the same", async () => {
    expect((await server.ask({ path: "/healthz", headers: { Host: "10.0.0.1" } })).status).toBe(200);
    expect((await server.ask({ path: "/readyz", headers: { "X-Forwarded-For": "10.0.0.1" } })).status).toBe(
      200,
    );
  });

  test("shows the simulated outbreak to everybody in the public group, and to nobody in the private one", async () => {
    const listed = await server.ask({ path: "/charon/getAvailable?prefix=groups" });
    const { datasets, narratives } = listed.json() as Record<string, { request: string }[]>;
    expect(datasets?.length).toBeGreaterThan(0);
    expect(narratives?.length).toBeGreaterThan(0);
    for (const { request } of [...(datasets ?? []), ...(narratives ?? [])]) {
      expect(request).toMatch(/^\/groups\/demo\//);
      expect((await server.ask({ path: request, headers: { Accept: "text/html" } })).status).toBe(200);
    }
    expect((await server.ask({ path: "/groups/demo-private" })).status).toBe(401);
  });
});
