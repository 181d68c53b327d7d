import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putObjects,
  putSamples,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

/** A v1 dataset: a file with metadata and one with the tree. */
const v1 = (name: string, group = "blab") => ({
  [`${group}/datasets/${name}_meta.json`]: {
    type: "application/json",
    content: JSON.stringify({
      title: `Old ${name}`,
      updated: "2 April 2019",
      maintainer: ["A lab", "https://example.org"],
      color_options: { country: { menuItem: "country", type: "discrete" } },
      filters: ["country"],
      panels: ["tree"],
    }),
  },
  [`${group}/datasets/${name}_tree.json`]: {
    type: "application/json",
    content: JSON.stringify({
      strain: "NODE_1",
      attr: { num_date: 2015.5, div: 0 },
      children: [{ strain: "NZ/1", attr: { num_date: 2016.25, div: 0.002, country: "new_zealand" } }],
    }),
  },
});

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
  await putObjects(server, {
    ...v1("old_flu"),
    ...v1("secret", "test-private"),
    ...v1("ncov_19B"),
    "blab/datasets/a+b & c.json": { type: dataset(), content: mainContent("plus") },
    "blab/datasets/a+b & c_measurements.json": { type: dataset("measurements"), content: '{"of":"plus"}' },
    "test-private/datasets/a+b.json": { type: dataset(), content: mainContent("private plus") },
    "blab/narratives/a+b & c.md": { type: narrative, content: narrativeContent("Plus") },
    "blab/datasets/half_meta.json": { type: "application/json", content: "{}" },
    "blab/datasets/broken_meta.json": { type: "application/json", content: "{}" },
    "blab/datasets/broken_tree.json": { type: "application/json", content: "[" },
    "blab/datasets/empty_meta.json": { type: "application/json", content: "[]" },
    "blab/datasets/empty_tree.json": { type: "application/json", content: "null" },
    "blab/narratives/ncov_sit-rep.md": { type: narrative, content: narrativeContent("English") },
    "blab/narratives/ncov_sit-rep_fr.md": { type: narrative, content: narrativeContent("French") },
    "blab/narratives/flu_en_one.md": { type: narrative, content: narrativeContent("Flu") },
  });
});

const get = (path: string, Accept = "*/*") => server.ask({ path: `/charon/${path}`, headers: { Accept } });

describe("getDataset", () => {
  test.each([
    ["", dataset(), mainContent("blab 19B")],
    ["&type=main", dataset(), mainContent("blab 19B")],
    ["&type=root-sequence", dataset("root-sequence"), '{"root-sequence":"of blab"}'],
    ["&type=tip-frequencies", dataset("tip-frequencies"), '{"tip-frequencies":"of blab"}'],
    ["&type=measurements", dataset("measurements"), '{"measurements":"of blab"}'],
    ["&type=meta", "application/json", expect.stringContaining("Old ncov_19B")],
    ["&type=tree", "application/json", expect.stringContaining("NODE_1")],
  ])("with %j has the stored type %s", async (query, type, content) => {
    const answer = await get(`getDataset?prefix=groups/blab/ncov/19B${query}`);
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([200, type, content]);
  });

  test.each([
    "/groups/blab/ncov/19B",
    "groups/blab/ncov/19B/",
    "//groups/blab//ncov/19B//",
    "groups%2Fblab%2Fncov%2F19B",
    "groups/blab/ncov/19B:ncov/19B",
    "groups/blab/ncov/19B@",
    "groups/blab/narratives/ncov/19B",
  ])("accepts the prefix %s", async (prefix) => {
    expect((await get(`getDataset?prefix=${prefix}`)).text).toBe(mainContent("blab 19B"));
  });

  test.each([
    ["", 400],
    ["?prefix=", 400],
    ["?prefix=groups", 400],
    ["?prefix=groups/blab", 400],
    ["?prefix=groups/blab/", 400],
    ["?prefix=groups/blab/narratives", 400],
    ["?prefix=zika", 400],
    ["?prefix=groups/blab/a_b", 400],
    ["?prefix=groups/blab/ncov/19B@2020", 400],
    ["?prefix=groups/blab/a%00b", 400],
    ["?prefix=groups/blab/a//b", 400],
    ["?prefix=groups/blab/ncov/19B&prefix=groups/blab/ncov/19B", 400],
    ["?prefix=groups/blab/ncov/19B&type=", 400],
    ["?prefix=groups/blab/ncov/19B&type=nonsense", 400],
    ["?prefix=groups/blab/ncov/19B&type=Main", 400],
    ["?prefix=groups/blab/ncov/19B&type=main&type=main", 400],
    ["?prefix=groups/blab/settings/logo", 400],
    ["?prefix=groups/blab/absent", 404],
    ["?prefix=groups/blab/absent&type=measurements", 404],
    ["?prefix=groups/blab/old/flu&type=measurements", 404],
    ["?prefix=groups/test-private/ncov/19B", 401],
    ["?prefix=groups/unknown/ncov/19B", 401],
  ])("with %j is %i", async (query, status) => {
    const answer = await get(`getDataset${query}`);
    expect([answer.status, answer.json()]).toEqual([status, { error: expect.any(String) }]);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });
});

describe("a prefix that Auspice does not encode", () => {
  test.each([
    ["getDataset?prefix=groups/blab/a+b%20&%20c", "a%2Bb%20%26%20c"],
    ["getDataset?prefix=groups/blab/a+b%20&%20c&type=measurements", "a%2Bb%20%26%20c&type=measurements"],
    ["getDataset?prefix=groups/blab/a%2Bb%20&%20c", "a%2Bb%20%26%20c"],
    ["getDataset?type=main&prefix=/groups/BLAB/a+b", "a%2Bb"],
  ])("is redirected to the encoded one, which Auspice takes its path from: %s", async (path, expected) => {
    const answer = await get(path);
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([307, "*"]);
    expect(answer.headers["location"]).toMatch(/^\/charon\/getDataset\?/);
    expect(answer.headers["location"]?.endsWith(`/${expected}`)).toBe(true);
  });

  test.each([
    ["getDataset?prefix=groups/blab/a%2Bb%20%26%20c", mainContent("plus")],
    ["getDataset?prefix=groups/blab/a%2Bb%20%26%20c&type=measurements", '{"of":"plus"}'],
    ["getNarrative?prefix=/groups/blab/narratives/a+b%20&%20c&type=md", narrativeContent("Plus")],
    ["getNarrative?prefix=/groups/blab/narratives/a%2Bb%20%26%20c&type=md", narrativeContent("Plus")],
  ])("is found: %s", async (path, content) => {
    expect(await get(path)).toMatchObject({ status: 200, text: content });
  });

  test("reveals nothing without permission", async () => {
    for (const name of ["test-private/a+b", "unknown/a+b"]) {
      expect((await get(`getDataset?prefix=groups/${name}`)).status).toBe(401);
    }
  });
});

describe("a v1 dataset", () => {
  test.each(["", "&type=main"])("is converted when main is requested (%j)", async (query) => {
    const answer = await get(`getDataset?prefix=groups/blab/old/flu${query}`);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(answer.headers["cache-control"]).toBe("private, no-cache");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.json()).toMatchObject({
      version: "v2",
      meta: { title: "Old old_flu", extensions: { original_version: "v1" } },
      tree: { name: "NODE_1", children: [{ name: "NZ/1" }] },
    });
  });

  test("has a page, and no representation of its own", async () => {
    const ask = (Accept: string) => server.ask({ path: "/groups/blab/old/flu", headers: { Accept } });
    expect((await ask("text/html")).status).toBe(200);
    expect((await ask("application/json")).status).toBe(404);
    expect((await ask(dataset())).status).toBe(404);
  });

  test("is hidden by a v2 dataset of the same name", async () => {
    expect((await get("getDataset?prefix=groups/blab/ncov/19B")).json()).toMatchObject({
      meta: { title: "blab 19B" },
    });
  });

  test("with a missing file does not exist", async () => {
    expect((await get("getDataset?prefix=groups/blab/half")).status).toBe(404);
    expect((await server.ask({ path: "/groups/blab/half", headers: { Accept: "text/html" } })).status).toBe(
      404,
    );
  });

  test.each(["broken", "empty"])("that is %s is a server error, and in the log", async (name) => {
    const before = server.events.length;
    const answer = await get(`getDataset?prefix=groups/blab/${name}`);
    expect([answer.status, answer.json()]).toEqual([500, { error: expect.any(String) }]);
    expect(server.events.slice(before)).toContainEqual(expect.objectContaining({ code: "unusable-object" }));
  });

  test("of a private group is for its members", async () => {
    const path = "/charon/getDataset?prefix=groups/test-private/secret";
    expect((await server.ask({ path })).status).toBe(401);
    const Authorization = await server.bearer("bob", "test-private/viewers");
    const answer = await server.ask({ path, headers: { Authorization } });
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
  });
});

describe("getNarrative", () => {
  test.each([
    ["groups/blab/narratives/test/fixture", "md", "blab"],
    ["/groups/blab/narratives/test/fixture/", "markdown", "blab"],
    ["/groups/blab/Narratives/test/fixture", "MD", "blab"],
    ["groups/blab/test/fixture", "Markdown", "blab"],
    ["groups/blab/narratives/ncov/sit-rep", "md", "English"],
    ["groups/blab/narratives/ncov/sit-rep/en", "md", "English"],
    ["groups/blab/narratives/ncov/en/sit-rep", "md", "English"],
    ["groups/blab/narratives/ncov/sit-rep/fr", "md", "French"],
    ["groups/blab/narratives/flu/en/one", "md", "Flu"],
  ])("of %s as %s is the narrative", async (prefix, type, title) => {
    const answer = await get(`getNarrative?prefix=${prefix}&type=${type}`);
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
      200,
      narrative,
      narrativeContent(title),
    ]);
  });

  test.each([
    ["?prefix=groups/blab/narratives/test/fixture", 400],
    ["?prefix=groups/blab/narratives/test/fixture&type=", 400],
    ["?prefix=groups/blab/narratives/test/fixture&type=json", 400],
    ["?prefix=groups/blab/narratives/test/fixture&type=mdx", 400],
    ["?prefix=groups/blab/narratives/test/fixture&type=md&type=md", 400],
    ["?type=md", 400],
    ["?prefix=groups/blab/narratives&type=md", 400],
    ["?prefix=groups/blab/narratives/test_fixture&type=md", 400],
    ["?prefix=groups/blab/narratives/ncov/en/en/sit-rep&type=md", 404],
    ["?prefix=groups/blab/narratives/flu/one&type=md", 404],
    ["?prefix=groups/blab/narratives/absent&type=md", 404],
    ["?prefix=groups/test-private/narratives/test/fixture&type=md", 401],
  ])("with %s is %i", async (query, status) => {
    const answer = await get(`getNarrative${query}`);
    expect([answer.status, answer.json()]).toEqual([status, { error: expect.any(String) }]);
  });
});
