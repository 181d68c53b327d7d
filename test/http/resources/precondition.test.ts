import { beforeEach, describe, expect, test } from "vitest";
import {
  get,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const targets: [string, string, string, string][] = [
  ["a dataset", "/groups/blab/cond/a", mainType, mainDataset],
  ["a narrative", "/groups/blab/narratives/cond/a", narrativeType, narrative],
  ["an overview", "/groups/blab/settings/overview", "text/markdown", "Hello\n"],
];

describe.each(targets)("a precondition on %s", (_, path, type, content) => {
  let stored: string;
  let identity: string;
  const remove = async (headers: Record<string, string> = {}) =>
    server.ask({
      method: "DELETE",
      path,
      headers: { Authorization: await server.bearer("olga", "blab/owners"), ...headers },
    });
  beforeEach(async () => {
    await put(server, path, type, content);
    stored = (await get(server, path, type, { "Accept-Encoding": "gzip" })).headers["etag"] ?? "";
    identity = (await get(server, path, type)).headers["etag"] ?? "";
  });

  /** A header, and whether it holds for the stored object. */
  const rows: [string, () => Record<string, string>, boolean][] = [
    ["If-Match with the ETag of the gzip form", () => ({ "If-Match": stored }), true],
    ["If-Match with the ETag of the decompressed form", () => ({ "If-Match": identity }), true],
    ["If-Match with the ETag among others", () => ({ "If-Match": `"a", ${stored}, "b"` }), true],
    ["If-Match: *", () => ({ "If-Match": "*" }), true],
    ["If-Match with another ETag", () => ({ "If-Match": '"another"' }), false],
    ["If-Match with the ETag as a weak one", () => ({ "If-Match": `W/${stored}` }), false],
    ["If-None-Match: *", () => ({ "If-None-Match": "*" }), false],
  ];

  test("can name two strong ETags, with and without gzip", () => {
    expect(stored).toMatch(/^"[^"]+"$/);
    expect(identity).toMatch(/^"[^"]+"$/);
    expect(identity).not.toBe(stored);
  });

  test.each(rows)("%s decides about a PUT", async (_, headers, holds) => {
    const answer = await put(server, path, type, `${content} `, headers());
    expect(answer.status).toBe(holds ? 204 : 412);
    if (!holds) expect(answer.json()).toEqual({ error: expect.stringMatching(/nothing was changed/) });
    expect((await get(server, path, type)).text).toBe(holds ? `${content} ` : content);
  });

  test.each(rows)("%s decides about a DELETE", async (_, headers, holds) => {
    expect((await remove(headers())).status).toBe(holds ? 204 : 412);
    expect((await get(server, path, type)).status).toBe(holds ? 404 : 200);
  });

  test.each([
    ["If-Match: *", { "If-Match": "*" }, 412],
    ["If-Match with any ETag", { "If-Match": '"a"' }, 412],
    ["If-None-Match: *", { "If-None-Match": "*" }, 204],
  ])("%s applies to an absent object too", async (_, headers, status) => {
    await remove();
    expect((await put(server, path, type, content, headers)).status).toBe(status);
    await remove();
    expect((await remove(headers)).status).toBe(status);
  });

  test("with the ETag of a replaced version does not hold", async () => {
    await put(server, path, type, `${content} `);
    expect((await put(server, path, type, content, { "If-Match": stored })).status).toBe(412);
  });

  test("is optional: without one, the last writer wins", async () => {
    expect((await put(server, path, type, `${content} `)).status).toBe(204);
    expect((await remove()).status).toBe(204);
  });

  test.each([
    ["both", { "If-Match": "*", "If-None-Match": "*" }],
    ["If-None-Match with an ETag", { "If-None-Match": '"a"' }],
  ])("that is not supported is rejected: %s", async (_, headers) => {
    expect((await put(server, path, type, content, headers)).status).toBe(400);
  });

  test("comes after the permission", async () => {
    const headers = { Authorization: await server.bearer("vera", "blab/viewers"), "If-Match": '"another"' };
    expect((await put(server, path, type, content, headers)).status).toBe(403);
  });
});
