import { beforeAll, describe, expect, test } from "vitest";
import { putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  owner = { Authorization: await server.bearer("alice", "blab/owners") };
});

const html = "text/html";
const json = "application/json";

/** http-api.md section 2: the status of an owner's GET, and the other methods of the route. */
const routes: readonly [path: string, accept: string, status: number, others: readonly string[]][] = [
  ["/login", html, 302, []],
  ["/logged-in", html, 302, []],
  ["/logout", html, 302, ["POST"]],
  ["/charon/getAvailable", json, 200, []],
  ["/charon/getDataset?prefix=groups/blab/ncov/19B", json, 200, []],
  ["/charon/getNarrative?prefix=groups/blab/narratives/test/fixture&type=md", json, 200, []],
  ["/charon/getSourceInfo?prefix=groups/blab", json, 200, []],
  ["/", html, 302, []],
  ["/groups", html, 200, []],
  ["/groups/blab", html, 200, []],
  ["/groups/blab/settings", html, 200, ["POST"]],
  ["/logos/blab", "image/png", 200, []],
  ["/groups/blab/settings/logo", "image/png", 200, ["PUT", "DELETE", "OPTIONS"]],
  ["/groups/blab/settings/overview", "text/plain", 200, ["PUT", "DELETE", "OPTIONS"]],
  ["/groups/blab/settings/overview/preview", html, 302, ["POST"]],
  ["/groups/blab/settings/members", html, 200, ["POST", "OPTIONS"]],
  ["/groups/blab/settings/invitations", json, 200, ["POST"]],
  ["/groups/blab/settings/access-requests", json, 200, []],
  ["/groups/blab/settings/roles", json, 200, ["OPTIONS"]],
  ["/groups/blab/settings/roles/viewers/members", json, 200, ["OPTIONS"]],
  ["/groups/blab/narratives", html, 302, []],
  ["/groups/blab/narratives/test/fixture", html, 200, ["PUT", "DELETE", "OPTIONS"]],
  ["/groups/blab/ncov/19B", html, 200, ["PUT", "DELETE", "OPTIONS"]],
  ["/whoami", html, 200, []],
  ["/users", html, 302, []],
  ["/users/somebody", html, 302, []],
  ["/.well-known/openid-configuration", json, 200, []],
  ["/edit/narratives", html, 200, []],
  ["/healthz", json, 200, []],
  ["/readyz", json, 200, []],
];

const get = (path: string, accept: string, method = "GET") =>
  server.ask({ method, path, headers: { Accept: accept, ...owner } });

/** Appends to the path of `/a/b?c`. */
const beforeQuery = (path: string, more: string): string => path.replace(/(?=\?|$)/, more);

describe("the route table", () => {
  test.each(routes)("GET %s as %s gives %i", async (path, accept, status) => {
    expect((await get(path, accept)).status).toBe(status);
  });

  test.each(routes)("HEAD %s as %s gives %i too, without a body", async (path, accept, status) => {
    const [head, full] = [await get(path, accept, "HEAD"), await get(path, accept)];
    expect([head.status, head.bytes.length]).toEqual([status, 0]);
    expect(head.headers["content-type"]).toBe(full.headers["content-type"]);
  });

  test.each(routes.filter(([path]) => !/^\/([a-z]+z)?$/.test(path)))(
    "one slash after %s changes nothing",
    async (path, accept, status) => {
      expect((await get(beforeQuery(path, "/"), accept)).status).toBe(status);
    },
  );

  test.each(routes.filter(([path]) => !/fixture$|19B$/.test(path)))(
    "two slashes after %s do not lead there",
    async (path, accept) => {
      expect((await get(beforeQuery(path, "//"), accept)).status).toBeGreaterThanOrEqual(400);
    },
  );

  test.each(routes)("other methods on %s are not found, and change nothing", async (path, _, __, others) => {
    const isResource = others.includes("PUT");
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      if (others.includes(method)) continue;
      const { status } = await get(path, json, method);
      const isReserved = method !== "POST" && method !== "PATCH" && /^\/groups\/blab\/narratives$/.test(path);
      expect([method, status]).toEqual([method, isReserved && !isResource ? 400 : 404]);
    }
  });

  test.each([
    ["/GROUPS", 200],
    ["/Groups/blab", 200],
    ["/gRoUpS/blab/Settings/LOGO", 200],
    ["/groups/blab/Narratives", 302],
    ["/GROUPS/blab/NARRATIVES/test/fixture", 200],
    ["/groups/blab/SETTINGS/Roles", 200],
    ["/Charon/getavailable", 200],
    ["/WhoAmI", 200],
    ["/LOGIN", 302],
    ["/Users", 302],
    ["/Edit/Narratives", 200],
    ["/.Well-Known/OpenID-Configuration", 200],
  ])("literal segments are case-insensitive: %s", async (path, status) => {
    expect((await get(path, "*/*")).status).toBe(status);
  });

  test("names of datasets are case-sensitive", async () => {
    expect((await get("/groups/blab/ncov/19b", "*/*")).status).toBe(404);
  });

  test.each([
    ["/charon", 404],
    ["/charon/", 404],
    ["/charon/getEverything", 404],
    ["/charon/getDataset/more?prefix=groups/blab/ncov/19B", 404],
    ["/groups/blab/settings/unknown", 404],
    ["/groups/blab/settings/logo/more", 404],
    ["/groups/blab/settings/roles/kings/members", 404],
    ["/users/some/body", 404],
    ["/dist/absent.js", 404],
    ["/dist", 404],
    ["/nothing", 404],
    ["/edit", 404],
    ["/.well-known/security.txt", 404],
  ])("%s is %i in HTML and in JSON", async (path, status) => {
    expect((await get(path, html)).status).toBe(status);
    expect((await get(path, json)).status).toBe(status);
  });

  test.each([
    ["/", "/groups"],
    ["/groups/blab/narratives", "/groups/blab"],
    ["/users", "/whoami"],
    ["/users/somebody", "/whoami"],
  ])("%s redirects to %s", async (path, location) => {
    const answer = await get(path, html);
    expect([answer.status, answer.headers.location]).toEqual([302, location]);
  });

  test("the scripts of Auspice's entrypoint are served", async () => {
    const { text } = await get("/edit/narratives", html);
    const [script = ""] = /\/dist\/[^"' ]+\.js/.exec(text) ?? [];
    const answer = await get(script, "*/*");
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect((await get(script, "*/*", "HEAD")).status).toBe(200);
    expect((await get(script, "*/*", "POST")).status).toBe(404);
    expect((await get(script.replace("/dist/", "/DIST/"), "*/*")).status).toBe(200);
    expect((await get("/favicon.png", "*/*")).headers["content-type"]).toBe("image/png");
  });
});
