import { beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "../../support/requests/http.ts";
import { dataset, narrative, putObjects, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  await putObjects(server, {
    "blab/datasets/long.json": { type: dataset(), content: `{"a":"${"x".repeat(5000)}"}`, encoding: "none" },
  });
  owner = await bearerOf(server, "owner", "blab");
});

const objects = [
  ["/groups/blab/ncov/19B", "application/json"],
  ["/groups/blab/ncov/19B", dataset("measurements")],
  ["/groups/blab/narratives/test/fixture", narrative],
  ["/groups/blab/settings/logo", "image/png"],
  ["/groups/blab/settings/overview", "text/plain"],
  ["/charon/getDataset?prefix=groups/blab/ncov/19B", "*/*"],
  ["/charon/getNarrative?prefix=groups/blab/narratives/test/fixture&type=md", "*/*"],
] as const;

const ask = (path: string, headers: Record<string, string>, method = "GET"): Promise<Answer> =>
  server.ask({ method, path, headers: { ...owner, ...headers } });

const [path, Accept] = objects[0];

/** An HTTP date, some seconds after another. */
const shifted = (date: string | undefined, seconds: number): string =>
  new Date(Date.parse(date ?? "") + seconds * 1000).toUTCString();

describe("a condition that does not hold", () => {
  test.each(objects)("results in 304 without a body for %s as %s", async (path, Accept) => {
    for (const encoding of ["gzip", "identity"]) {
      const requestHeaders = { Accept, "Accept-Encoding": encoding };
      const { headers } = await ask(path, requestHeaders);
      for (const condition of [
        { "If-None-Match": headers.etag ?? "" },
        { "If-Modified-Since": headers["last-modified"] ?? "" },
      ]) {
        for (const method of ["GET", "HEAD"]) {
          const {
            status,
            bytes,
            headers: actual,
          } = await ask(path, { ...requestHeaders, ...condition }, method);
          expect([status, bytes.length]).toEqual([304, 0]);
          for (const name of ["content-type", "content-length", "content-encoding"])
            expect(actual).not.toHaveProperty(name);
          for (const name of [
            "etag",
            "last-modified",
            "cache-control",
            "vary",
            "content-disposition",
            "link",
          ]) {
            expect([name, actual[name]]).toEqual([name, headers[name]]);
          }
        }
      }
    }
  });
});

describe("If-None-Match", () => {
  test.each([
    ["the ETag", (tag: string) => tag, 304],
    ["the weak form of the ETag", (tag: string) => `W/${tag}`, 304],
    ["a list with the ETag", (tag: string) => `"a", W/"b,c" , ${tag}`, 304],
    ["*", () => "*", 304],
    ["another ETag", () => '"another"', 200],
    ["the ETag without quotes", (tag: string) => tag.slice(1, -1), 200],
    ["nothing", () => "", 200],
  ])("with %s", async (_, spell, status) => {
    const { headers } = await ask(path, { Accept });
    const answer = await ask(path, { Accept, "If-None-Match": spell(headers.etag ?? "") });
    expect(answer.status).toBe(status);
  });

  test("takes precedence over If-Modified-Since", async () => {
    const { headers } = await ask(path, { Accept });
    const [tag = "", date = ""] = [headers.etag, headers["last-modified"]];
    const both = (noneMatch: string, since: string) =>
      ask(path, { Accept, "If-None-Match": noneMatch, "If-Modified-Since": since });
    expect((await both('"another"', date)).status).toBe(200);
    expect((await both(tag, shifted(date, -3600))).status).toBe(304);
  });

  test("with the ETag of another coding does not match", async () => {
    const gzip = await ask(path, { Accept, "Accept-Encoding": "gzip" });
    const answer = await ask(path, { Accept, "If-None-Match": gzip.headers.etag ?? "" });
    expect([answer.status, answer.headers["content-encoding"]]).toEqual([200, undefined]);
  });

  test("matches the weak ETag of a response that was compressed", async () => {
    const requestHeaders = { Accept, "Accept-Encoding": "gzip" };
    const { headers } = await ask("/groups/blab/long", requestHeaders);
    expect([headers["content-encoding"], headers.etag]).toEqual(["gzip", expect.stringMatching(/^W\/"/)]);
    const answer = await ask("/groups/blab/long", { ...requestHeaders, "If-None-Match": headers.etag ?? "" });
    expect(answer.status).toBe(304);
  });

  test("comes after 401, 404 and 406", async () => {
    for (const condition of ["*", '"x"']) {
      const denied = await server.ask({
        path: "/groups/test-private/x",
        headers: { "If-None-Match": condition },
      });
      expect(denied.status).toBe(401);
      expect((await ask("/groups/blab/absent", { Accept, "If-None-Match": condition })).status).toBe(404);
      expect((await ask(path, { Accept: "image/png", "If-None-Match": condition })).status).toBe(406);
    }
  });
});

describe("If-Modified-Since", () => {
  test.each([
    ["the object's date", 0, 304],
    ["a later date", 60, 304],
    ["an earlier date", -60, 200],
  ])("with %s", async (_, seconds, status) => {
    const { headers } = await ask(path, { Accept });
    const since = shifted(headers["last-modified"], seconds);
    expect((await ask(path, { Accept, "If-Modified-Since": since })).status).toBe(status);
  });

  test("with an invalid date is ignored", async () => {
    expect((await ask(path, { Accept, "If-Modified-Since": "yesterday" })).status).toBe(200);
  });
});

describe("conditions", () => {
  test.each(["no-cache", "max-age=0, no-cache", "no-cache, no-store"])(
    "are ignored with Cache-Control: %s",
    async (control) => {
      const { headers } = await ask(path, { Accept });
      const condition = { "If-None-Match": headers.etag ?? "", "Cache-Control": control };
      expect((await ask(path, { Accept, ...condition })).status).toBe(200);
    },
  );

  test.each([
    ["/charon/getAvailable?prefix=groups/blab"],
    ["/charon/getAvailable?prefix=groups"],
    ["/charon/getSourceInfo?prefix=groups/blab"],
    ["/whoami"],
    ["/groups/blab/settings/roles"],
    ["/.well-known/openid-configuration"],
  ])("on the weak ETag of the JSON of %s are evaluated", async (path) => {
    const first = await ask(path, { Accept });
    expect(first.headers.etag).toMatch(/^W\/"[^"]+"$/);
    const again = await ask(path, { Accept, "If-None-Match": first.headers.etag ?? "" });
    expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, first.headers.etag]);
    for (const name of ["content-type", "content-length"]) expect(again.headers).not.toHaveProperty(name);
    expect(again.headers["cache-control"]).toBe(first.headers["cache-control"]);
    expect((await ask(path, { Accept, "If-None-Match": '"another"' })).status).toBe(200);
  });

  test("on pages are not, since pages have no ETag", async () => {
    const answer = await ask(path, { Accept: "text/html", "If-None-Match": "*" });
    expect([answer.status, answer.headers.etag]).toEqual([200, undefined]);
  });
});
