import { beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { Answer } from "../../support/requests/http.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionCookie } from "../../support/sessions/sessions.ts";

const server = testServer();
let cookie: string;
beforeAll(async () => {
  const visitor = browser(server);
  await visitor.logIn();
  cookie = `${sessionCookie}=${visitor.cookies.get(sessionCookie)}`;
});

const dataset = '{"meta": {}, "tree": {"name": "root"}}';
const type = "application/vnd.nextstrain.dataset.main+json";

const change = (method: string, headers: Record<string, string>): Promise<Answer> =>
  method === "PUT"
    ? server.ask({
        method,
        path: "/groups/blab/cross/site",
        headers: { ...headers, "Content-Type": type, "Content-Length": String(dataset.length) },
        body: dataset,
      })
    : server.ask({ method, path: "/groups/blab/cross/site", headers });

/** "self" stands for the server's own origin. */
const origins = (headers: Record<string, string>) =>
  headers["Origin"] === "self" ? { ...headers, Origin: server.origin } : headers;

const served: [string, Record<string, string>][] = [
  ["has neither Origin nor Sec-Fetch-Site", {}],
  ["comes from the same origin", { "Sec-Fetch-Site": "same-origin", Origin: "self" }],
  ["comes from the same origin, by Origin alone", { Origin: "self" }],
  [
    "comes from a form of this site on a page without a referrer",
    { "Sec-Fetch-Site": "same-origin", Origin: "null" },
  ],
  ["was started by the user", { "Sec-Fetch-Site": "none" }],
];
const rejected: [string, Record<string, string>][] = [
  ["comes from another site", { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" }],
  ["comes from another site, by Sec-Fetch-Site alone", { "Sec-Fetch-Site": "cross-site" }],
  ["comes from a sibling subdomain", { "Sec-Fetch-Site": "same-site" }],
  ["comes from another origin, by Origin alone", { Origin: "https://elsewhere.example" }],
  ["comes from another port of this host", { Origin: "http://127.0.0.1:1" }],
  ["comes from this host by https", { Origin: "https://127.0.0.1" }],
  ["comes from an opaque origin", { Origin: "null" }],
  ["comes from an opaque origin of another site", { "Sec-Fetch-Site": "cross-site", Origin: "null" }],
  ["contradicts itself", { "Sec-Fetch-Site": "same-origin", Origin: "https://elsewhere.example" }],
];

describe.each(["PUT", "DELETE"])("a %s with the session cookie", (method) => {
  test.each(served)("is served when it %s", async (_, headers) => {
    expect((await change(method, { ...origins(headers), Cookie: cookie })).status).toBe(204);
  });

  test.each(rejected)("is rejected when it %s, and changes nothing", async (_, headers) => {
    await change("PUT", { Cookie: cookie });
    const answer = await change(method, { ...headers, Cookie: cookie, Accept: "application/json" });
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({ error: expect.stringContaining("another site") });
    const stored = await server.ask({ path: "/groups/blab/cross/site", headers: { Accept: type } });
    expect([stored.status, stored.text]).toEqual([200, dataset]);
  });

  test.each(rejected)("without the cookie depends on the token alone when it %s", async (_, headers) => {
    expect((await change(method, headers)).status).toBe(401);
    const authorization = await server.bearer("alice", "blab/owners");
    expect((await change(method, { ...headers, Authorization: authorization })).status).toBe(204);
  });
});

describe("a POST with the session cookie", () => {
  test.each(rejected)("is rejected when it %s", async (_, headers) => {
    const answer = await server.ask({
      method: "POST",
      path: "/logout",
      headers: { ...headers, Cookie: cookie },
    });
    expect(answer.status).toBe(403);
  });
});

describe("a safe request", () => {
  test.each(["GET", "HEAD", "OPTIONS"])(
    "is served to another site's page when it is a %s",
    async (method) => {
      await change("PUT", { Cookie: cookie });
      const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example", Accept: type };
      const answer = await server.ask({
        method,
        path: "/groups/blab/cross/site",
        headers: { ...headers, Cookie: cookie },
      });
      expect(answer.status).toBeLessThan(300);
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    },
  );
});
