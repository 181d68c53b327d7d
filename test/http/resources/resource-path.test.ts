import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putSamples,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  owner = await bearerOf(server, "owner", "blab");
});

const json = { Accept: "application/json" };
const read = (path: string) => server.ask({ path: `/groups/blab/${path}`, headers: { ...owner, ...json } });

const write = (path: string) => {
  const isNarrative = /^narratives\//i.test(path);
  return server.ask({
    method: "PUT",
    path: `/groups/blab/${path}`,
    headers: { ...owner, "Content-Type": isNarrative ? narrative : dataset() },
    body: isNarrative ? narrativeContent("x") : mainContent("x"),
  });
};

const remove = (path: string) =>
  server.ask({ method: "DELETE", path: `/groups/blab/${path}`, headers: owner });

describe("a resource's path", () => {
  test.each([
    "ncov/19B",
    "ncov/19B/",
    "/ncov/19B",
    "//ncov/19B//",
    "ncov%2F19B",
    "n%63ov/19B",
    "ncov/19B@",
    "ncov/19B:ncov/19B",
    "ncov/19B:other/absent",
    "ncov/19B:a_b",
    "ncov/19B%3Ancov/19B",
    "ncov/19B?c=country",
  ])("identifies the dataset when it is %s", async (path) => {
    expect((await read(path)).json()).toMatchObject({ meta: { title: "blab 19B" } });
  });

  test("of a tangle tree shows a page", async () => {
    const answer = await server.ask({
      path: "/groups/blab/ncov/19B:ncov/19B",
      headers: { Accept: "text/html" },
    });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  });

  test.each([
    ["has an underscore", "ncov_19B"],
    ["has an encoded underscore", "ncov%5F19B"],
    ["has an underscore in a later part", "ncov/a_b"],
    ["has an empty part", "ncov//19B"],
    ["is empty", "/"],
    ["is nothing but a version", "@2020-01-01"],
    ["is nothing but a tangle tree", ":ncov"],
    ["has a version", "ncov/19B@2020-01-01"],
    ["has an encoded version", "ncov/19B%402020-01-01"],
    ["is not decodable", "ncov/%E0%A4%A"],
    ["holds NUL", "ncov%00/19B"],
    ["holds NUL at its end", "ncov/19B%00"],
    ["holds a control character", "ncov%0A19B"],
    ["has the name .", "ncov/%2E/19B"],
    ["hides .. behind an encoded slash", "ncov/x%2F..%2F19B"],
    ["hides .. behind a doubly encoded name", "ncov/x%2f%2e%2e%2f19B"],
    ["ends in a sidecar's name", "ncov/measurements"],
  ])("that %s is rejected with 400, to read, write and remove", async (_, path) => {
    const answers = [await read(path), await write(path), await remove(path)];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    for (const answer of answers) expect(answer.json()).toEqual({ error: expect.stringMatching(/\w+ \w+/) });
  });

  test.each([
    ["of letters", "x".repeat(234)],
    ["of parts", `${"x".repeat(116)}/${"y".repeat(117)}`],
    ["of letters that take three bytes", encodeURIComponent("名".repeat(78))],
  ])("is limited by the length of file names: %s", async (_, path) => {
    const accepted = await write(path);
    expect(accepted.status).toBe(204);
    expect((await read(path)).status).toBe(200);
    expect((await remove(path)).status).toBe(204);
    const answers = [await read(`${path}z`), await write(`${path}z`), await remove(`${path}z`)];
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 400]);
  });

  test.each(["main", "meta", "tree", "root-sequence", "seq", "tip-frequencies", "measurements"])(
    "whose last part is %s is refused on write only if that is a sidecar's name",
    async (name) => {
      const expected = name === "main" ? 204 : 400;
      expect((await write(`a/${name}`)).status).toBe(expected);
      expect((await write(`a/${name}@`)).status).toBe(expected);
      expect((await write(`${name}`)).status).toBe(expected);
      expect((await write(`${name}/19B`)).status).toBe(204);
      expect((await write(`narratives/a/${name}`)).status).toBe(204);
    },
  );

  test.each(["ncov/19B:ncov/19B", "ncov/19B:", "narratives/test/fixture:x"])(
    "that names two things cannot be changed: %s",
    async (path) => {
      expect((await write(path)).status).toBe(400);
      expect((await remove(path)).status).toBe(400);
      expect((await read("ncov/19B")).json()).toMatchObject({ meta: { title: "blab 19B" } });
    },
  );

  test.each([
    "settings",
    "narratives",
    "SETTINGS",
    "Narratives",
    "settings/",
    "s%65ttings",
    "s%65ttings/x",
    "n%61rratives",
    "n%61rratives/x",
    "narratives%2Fx",
    "%2Fsettings",
    "/settings/x",
    "//narratives",
  ])("that begins with the reserved name in %s is no dataset", async (path) => {
    expect((await write(path)).status).toBeGreaterThanOrEqual(400);
    expect((await remove(path)).status).toBeGreaterThanOrEqual(400);
    const { datasets } = (await server.ask({ path: "/charon/getAvailable?prefix=groups/blab" })).json() as {
      datasets: { request: string }[];
    };
    expect(datasets.filter(({ request }) => /blab\/(settings|narratives)/i.test(request))).toEqual([]);
  });

  test.each([
    "/..",
    "/groups/blab/../x",
    "/%2e%2e/x",
    "/groups/.%2E/x",
    "/groups/blab/%2E./settings",
    "/dist/../x",
  ])("with .. in any encoding is rejected before anything else: %s", async (path) => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "POST"]) {
      const answer = await server.ask({ method, path, headers: { Authorization: "nonsense" } });
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([400, undefined]);
      expect(answer.json()).toEqual({ error: expect.stringContaining("..") });
    }
  });

  test("of many slashes does not block the event loop", async () => {
    const slashes = "/".repeat(30_000);
    const startedAt = performance.now();
    expect((await read(`a${slashes}b`)).status).toBe(400);
    const answer = await server.ask({ path: `/charon/getDataset?prefix=groups/blab/a${slashes}b` });
    expect(answer.status).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test.each([
    "/groups/%E0%A4%A",
    "/groups/%E0%A4%A/x",
    "/groups/a%00b/x",
    "/groups/%zz/settings/logo",
    "/groups/test-private/%zz",
    "/groups/blab/settings/roles/%ff/members",
    "/users/%zz",
    "/dist/%zz.js",
    "/%00",
    "/nothing/%",
  ])("that cannot be decoded is rejected with 400 everywhere: %s", async (path) => {
    for (const Accept of ["*/*", "text/html"]) {
      expect((await server.ask({ path, headers: { Accept } })).status).toBe(400);
    }
  });

  test.each([
    "a.b",
    "A-b",
    "üñí/çødé",
    "a b",
    "a+b",
    "a~b",
    "a=b&c",
    "a,b;c",
    "名前/データ",
    "a'b\"c",
    "..a",
    "a..b/c..",
    "😀",
  ])("may be %s, and is listed and read under the same name", async (name) => {
    const path = name.split("/").map(encodeURIComponent).join("/");
    expect((await write(path)).status).toBe(204);
    expect((await read(path)).status).toBe(200);
    const listed = await server.ask({ path: "/charon/getAvailable?prefix=groups/blab" });
    expect(listed.json()).toMatchObject({
      datasets: expect.arrayContaining([expect.objectContaining({ request: `groups/blab/${name}` })]),
    });
    expect((await remove(path)).status).toBe(204);
    expect((await read(path)).status).toBe(404);
  });
});
