import { beforeAll, describe, expect, test } from "vitest";
import type { Question } from "../../support/requests/http.ts";
import { dataset, narrative, putObjects, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
let outsider: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  await putObjects(server, { "blab/datasets/odd.json": { type: "image/gif", content: "{}" } });
  owner = await bearerOf(server, "owner", "blab");
  outsider = await bearerOf(server, "outsider", "blab");
});

const html = "text/html,application/xhtml+xml,*/*;q=0.8";

/** One request for each status, as an owner of `blab`. */
const failing: readonly [status: number, question: Question][] = [
  [400, { path: "/groups/blab/a_b" }],
  [400, { path: "/charon/getDataset" }],
  [404, { path: "/groups/blab/settings/unknown" }],
  [404, { path: "/nothing" }],
  [404, { method: "POST", path: "/groups/blab/x" }],
  [415, { method: "PUT", path: "/groups/blab/x", headers: { "Content-Type": "text/plain" }, body: "x" }],
  [400, { method: "PUT", path: "/groups/blab/x", headers: { "Content-Type": dataset() }, body: "x" }],
  [409, { method: "DELETE", path: "/groups/blab/settings/members/me" }],
  [500, { path: "/charon/getDataset?prefix=groups/blab/odd" }],
];

const withHeaders = (question: Question, headers: Record<string, string>): Question => ({
  ...question,
  headers: { ...question.headers, ...headers },
});

describe("an error for a program", () => {
  test.each(
    failing.flatMap((row) =>
      ["", "*/*", "application/json", "text/plain", narrative].map((accept) => [...row, accept] as const),
    ),
  )("%i of %j with Accept %j is JSON with a sentence", async (status, question, Accept) => {
    const answer = await server.ask(withHeaders(question, { Accept, ...owner }));
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(answer.headers.vary?.split(", ")).toContain("Accept");
    expect(answer.headers["cache-control"]).toBe("private, no-store");
  });

  test.each([
    "text/html, application/json",
    "application/json, text/html;q=0.9",
    "text/html, application/problem+json",
  ])("that could also show HTML is still JSON: %s", async (Accept) => {
    for (const [status, question] of failing) {
      const answer = await server.ask(withHeaders(question, { Accept, ...owner }));
      expect([answer.status, typeof answer.json()]).toEqual([status, "object"]);
    }
  });

  test.each(["application/", "application/+", "text/html application/"])(
    "does not block the event loop when Accept is long: %s",
    async (part) => {
      const Accept = part.repeat(30_000 / part.length);
      const startedAt = performance.now();
      expect((await server.ask({ path: "/groups/blab/a_b", headers: { Accept } })).status).toBe(400);
      expect(performance.now() - startedAt).toBeLessThan(200);
    },
  );

  test("has no headers of the requested representation", async () => {
    for (const path of ["/groups/blab/absent", "/groups/blab/narratives/absent", "/groups/blab/odd"]) {
      for (const Accept of ["application/json", dataset(), narrative]) {
        const { headers, status } = await server.ask({ path, headers: { Accept } });
        expect(status).toBeGreaterThanOrEqual(404);
        expect(headers["content-type"]).toBe("application/json; charset=utf-8");
        for (const name of ["content-disposition", "etag", "last-modified", "content-encoding"]) {
          expect(headers).not.toHaveProperty(name);
        }
      }
    }
  });

  test("of the server reveals no internals, which are in the log", async () => {
    const before = server.events.length;
    const answer = await server.ask({ path: "/groups/blab/odd", headers: { Accept: "application/json" } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/stack|\.ts|image\/gif|node:/);
    const logged = server.events.slice(before).filter(({ event }) => event === "request-failed");
    expect(logged).toEqual([expect.objectContaining({ code: "unusable-object" })]);
  });

  test("below 500 is not logged as a failure", async () => {
    const before = server.events.length;
    await server.ask({ path: "/groups/blab/a_b" });
    await server.ask({ path: "/nothing" });
    const events = server.events.slice(before).map(({ event }) => event);
    expect(events).not.toContain("request-failed");
  });
});

describe("an error for a browser", () => {
  const documents = failing.filter(([status, { method }]) => status !== 404 || method === "POST");

  test("before anything is known of the session is a self-contained document", async () => {
    const answer = await server.ask({ path: "/groups/%zz", headers: { Accept: html, ...owner } });
    expect(answer.status).toBe(400);
    expect(answer.headers["content-security-policy"]).not.toMatch(/script-src|'unsafe|connect-src/);
    expect(answer.text).not.toMatch(/<script|<link/);
  });

  test.each(documents)("%i of %j is a page in the frame", async (status, question) => {
    const answer = await server.ask(withHeaders(question, { Accept: html, ...owner }));
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect(answer.headers["content-security-policy"]).not.toMatch(/'unsafe/);
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    expect(answer.text).toMatch(/^<!doctype html>/i);
    expect(answer.text).toContain('<a href="/whoami">Your account</a>');
    expect(answer.text).not.toMatch(/\.ts:|node:/);
  });

  test.each(["/nothing", "/charon/nothing", "/users/a/b", "/groupsx", "/.well-known/x"])(
    "404 of %s is the not-found page",
    async (path) => {
      const answer = await server.ask({ path, headers: { Accept: html } });
      expect([answer.status, answer.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
      expect(answer.text).toMatch(/href="\/(groups)?"/);
      expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    },
  );

  test.each([
    ["/groups/blab/absent/one", "dataset"],
    ["/groups/blab/narratives/absent", "narrative"],
    ["/groups/blab/settings/absent", "setting"],
    ["/groups/blab/settings/logo/x", "setting"],
  ])("404 of %s is the group's page with a banner about the %s", async (path, kind) => {
    const answer = await server.ask({ path, headers: { Accept: html, ...owner } });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain("The lab blab");
    expect(answer.text).toContain(`The ${kind} at this address does not exist`);
    expect(answer.text).toContain('href="/groups/blab/ncov/19B"');
  });

  test("escapes the path on the page", async () => {
    const path = "/groups/blab/%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    const { text } = await server.ask({ path, headers: { Accept: html } });
    expect(text).not.toContain("<script>alert");
    expect(text).toContain("&lt;script&gt;");
  });
});

describe("a denial", () => {
  const target = "/groups/test-private/ncov/19B?c=country&d=a%20b";

  test.each([
    ["GET", html],
    ["HEAD", html],
    ["GET", "text/html;q=0.1, application/json"],
    ["GET", "application/json, TEXT/HTML"],
  ])(
    "of an anonymous %s with Accept %j leads to the login, and remembers the address",
    async (method, Accept) => {
      const answer = await server.ask({ method, path: target, headers: { Accept } });
      expect(answer.status).toBe(302);
      expect(answer.headers.location).toBe(`/login?return_to=${encodeURIComponent(target)}`);
      expect([answer.cookies, answer.headers["cache-control"]]).toEqual([[], "private, no-store"]);
      expect(answer.headers.vary?.split(", ")).toContain("Accept");
    },
  );

  test.each([
    ["GET", "*/*"],
    ["GET", "text/*"],
    ["GET", "application/json"],
    ["HEAD", "*/*"],
    ["PUT", html],
    ["DELETE", html],
    ["OPTIONS", html],
  ])("of an anonymous %s with Accept %j is 401 with a challenge", async (method, Accept) => {
    const answer = await server.ask({ method, path: target, headers: { Accept } });
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="nextstrain.org"');
  });

  test("of a browser has a form to ask for access, and is the same for a group that does not exist", async () => {
    const pageOf = async (group: string, rest: string) => {
      const { text } = await server.ask({
        path: `/groups/${group}${rest}`,
        headers: { Accept: html, ...outsider },
      });
      expect(text).toContain(`<form class="card" method="post" action="/groups/${group}/access-requests">`);
      return text.replaceAll(group, "").replace(/request <code>[^<]+/, "");
    };
    for (const rest of ["", "/ncov/19B", "/settings"]) {
      expect(await pageOf("test-private", rest)).toBe(await pageOf("no-such-one", rest));
    }
  });

  test("of a browser without permission names the user who is logged in", async () => {
    const answer = await server.ask({ path: target, headers: { Accept: html, ...outsider } });
    expect(answer.text).toMatch(/You are logged in as <strong>[^<]+<\/strong>\./);
  });

  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])(
    "of a %s without permission is 403",
    async (method) => {
      for (const Accept of [html, "application/json"]) {
        const answer = await server.ask({ method, path: target, headers: { Accept, ...outsider } });
        expect([answer.status, answer.headers["www-authenticate"]]).toEqual([403, undefined]);
      }
    },
  );
});
