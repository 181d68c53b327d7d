import { describe, expect, test } from "vitest";
import { pngOf } from "../../support/resources/png.ts";
import { get, mainDataset, mainType, put } from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const files: [string, string, string, string | Buffer][] = [
  ["logo", "/groups/blab/settings/logo", "image/png", pngOf(30, 20)],
  ["overview", "/groups/blab/settings/overview", "text/markdown", "---\ntitle: The lab\n---\nOur data.\n"],
];

const info = async (): Promise<Record<string, unknown>> => {
  const answer = await server.ask({ path: "/charon/getSourceInfo?prefix=groups/blab" });
  expect(answer.status).toBe(200);
  return answer.json() as Record<string, unknown>;
};

describe.each(files)("a group's %s", (_, path, type, content) => {
  const by = async (method: string, roles: readonly string[] | undefined) =>
    server.ask({
      method,
      path,
      headers: {
        "Content-Type": type,
        Accept: "application/json, */*",
        ...(roles === undefined ? {} : { Authorization: await server.bearer("somebody", ...roles) }),
      },
      ...(method === "PUT" ? { body: content } : {}),
    });

  test.each([
    ["an owner", ["blab/owners"], [204, 200, 204, 204]],
    ["an editor", ["blab/editors"], [403, 200, 403, 204]],
    ["a viewer", ["blab/viewers"], [403, 200, 403, 204]],
    ["another group's owner", ["other/owners"], [403, 403, 403, 403]],
    ["somebody without a role", [], [403, 403, 403, 403]],
    ["nobody", undefined, [401, 401, 401, 401]],
  ])("is authorized by role: %s", async (_, roles, expected) => {
    await put(server, path, type, content);
    const statuses: number[] = [];
    for (const method of ["PUT", "GET", "DELETE", "OPTIONS"]) statuses.push((await by(method, roles)).status);
    expect(statuses).toEqual(expected);
    const isOwner = expected[0] === 204;
    expect((await get(server, path, type)).status).toBe(isOwner ? 404 : 200);
  });

  test.each([
    ["an owner", "owners", "DELETE, GET, HEAD, OPTIONS, PUT"],
    ["an editor", "editors", "GET, HEAD, OPTIONS"],
  ])("lists the allowed methods for %s", async (_, role, allowed) => {
    const answer = await by("OPTIONS", [`blab/${role}`]);
    expect(answer.headers["allow"]?.split(/,\s*/).sort().join(", ")).toBe(allowed);
  });

  test("is not sent again if the client's copy is current", async () => {
    await put(server, path, type, content);
    const first = await get(server, path, type);
    expect(first.headers["cache-control"]).toBe("private, no-cache");
    expect(first.headers["content-disposition"]).toBeUndefined();
    const again = await get(server, path, type, { "If-None-Match": first.headers["etag"] ?? "" });
    expect([again.status, again.text]).toEqual([304, ""]);
  });
});

describe("getSourceInfo of a group", () => {
  test("reflects a new overview and logo immediately", async () => {
    const [logo] = files;
    if (logo === undefined) throw new Error("no logo");
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    for (const [, path] of files) await server.ask({ method: "DELETE", path, headers });
    expect(await info()).toMatchObject({ title: expect.stringContaining("blab"), avatar: null });
    for (const [, path, type, content] of files) await put(server, path, type, content);
    const changed = await info();
    expect(changed).toMatchObject({ title: "The lab", overview: expect.stringContaining("Our data.") });
    expect(changed["avatar"]).toBe(`data:image/png;base64,${Buffer.from(logo[3]).toString("base64")}`);
  });
});

describe("paths of settings and narratives are never datasets", () => {
  test.each([
    "/groups/blab/settings",
    "/groups/blab/narratives",
    "/groups/blab/settings/",
    "/groups/blab/SETTINGS",
  ])("PUT and DELETE of %s change nothing", async (path) => {
    expect([400, 404]).toContain((await put(server, path, mainType, mainDataset)).status);
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    expect([400, 404]).toContain((await server.ask({ method: "DELETE", path, headers })).status);
    const listed = await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" });
    expect(listed.json()).toEqual({ datasets: [], narratives: [] });
  });
});
