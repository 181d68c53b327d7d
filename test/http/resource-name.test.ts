import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { get, mainDataset, mainType, narrative, narrativeType, put } from "../support/resources.ts";
import type { RunningServer } from "../support/running-server.ts";
import { startServer } from "../support/running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const named = (name: string) => JSON.stringify({ meta: { title: name }, tree: { name: "root" } });

const listed = async (): Promise<string[]> => {
  const answer = await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" });
  return (answer.json() as { datasets: { request: string }[] }).datasets.map(({ request }) => request);
};

/** As the CLI encodes paths (CLI-23). */
const encodeAsClient = (name: string): string =>
  encodeURIComponent(name)
    .replace(/%2F/g, "/")
    .replace(/%40/g, "@")
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

describe("a dataset may be called", () => {
  test.each([
    "zika",
    "Flu/H3N2",
    "two words",
    "a+b",
    "a%2Bb",
    "50%",
    "Zürich/über",
    "中国/流感",
    "é composed",
    "é decomposed",
    "🦠",
    "a.b",
    ".hidden",
    "-a-",
    "it's (new)!*",
    "a&b=c?d#e",
    "~tilde",
    "CON",
    "meta-data",
    "narratives2",
    "x".repeat(180),
  ])("%s, and is found, listed and removed under that name", async (name) => {
    const path = `/groups/blab/${encodeAsClient(name)}`;
    const answer = await put(server, path, mainType, named(name));
    expect([answer.status, answer.text]).toEqual([204, ""]);
    const found = await get(server, path, mainType);
    expect([found.status, found.text]).toEqual([200, named(name)]);
    expect(found.headers["content-disposition"]).toMatch(/^attachment; filename/);
    expect(await listed()).toContain(`groups/blab/${name}`);
    const prefix = encodeURIComponent(`groups/blab/${name}`);
    expect((await server.ask({ path: `/charon/getDataset?prefix=${prefix}` })).text).toBe(named(name));
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    expect((await server.ask({ method: "DELETE", path, headers })).status).toBe(204);
    expect(await listed()).not.toContain(`groups/blab/${name}`);
  });
});

describe("names stay apart", () => {
  test.each([
    ["that differ only in letter case", "case/Ncov", "case/ncov"],
    ["that look the same in Unicode", "caf\u00e9", "cafe\u0301"],
    ["of which one is below the other", "up", "up/down"],
    ["that differ in a percent sign", "a%41", "aA"],
    ["that differ in a plus and a blank", "p+q", "p q"],
  ])("%s", async (_, one, other) => {
    for (const name of [one, other])
      await put(server, `/groups/blab/${encodeAsClient(name)}`, mainType, named(name));
    for (const name of [one, other]) {
      expect((await get(server, `/groups/blab/${encodeAsClient(name)}`, mainType)).text).toBe(named(name));
    }
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    await server.ask({ method: "DELETE", path: `/groups/blab/${encodeAsClient(one)}`, headers });
    expect((await get(server, `/groups/blab/${encodeAsClient(other)}`, mainType)).text).toBe(named(other));
  });

  test("of a dataset and a narrative", async () => {
    await put(server, "/groups/blab/both", mainType, mainDataset);
    await put(server, "/groups/blab/narratives/both", narrativeType, narrative);
    expect((await get(server, "/groups/blab/both", mainType)).text).toBe(mainDataset);
    expect((await get(server, "/groups/blab/narratives/both", narrativeType)).text).toBe(narrative);
  });
});

describe("a PUT is refused with 400", () => {
  test.each([
    ["an underscore", "/groups/blab/a_b"],
    ["an encoded underscore", "/groups/blab/a%5Fb"],
    ["a version", "/groups/blab/a@2024-01-01"],
    ["two datasets", "/groups/blab/a:groups/blab/b"],
    ["an empty part", "/groups/blab/a//b"],
    ["the sidecar measurements", "/groups/blab/ncov/measurements"],
    ["the sidecar root-sequence", "/groups/blab/ncov/root-sequence"],
    ["the sidecar tip-frequencies", "/groups/blab/ncov/tip-frequencies"],
    ["the old file meta", "/groups/blab/ncov/meta"],
    ["the old file tree", "/groups/blab/ncov/tree"],
    ["the old file seq", "/groups/blab/ncov/seq"],
    ["a parent folder", "/groups/blab/a/../b"],
    ["an encoded parent folder", "/groups/blab/a/%2e%2E/b"],
    ["a parent folder behind an encoded slash", "/groups/blab/a%2f..%2fb"],
    ["NUL", "/groups/blab/a%00"],
    ["a line break", "/groups/blab/a%0a"],
    ["bad encoding", "/groups/blab/a%zz"],
    ["bytes that are no UTF-8", "/groups/blab/%ff"],
    ["a name of 2 000 letters", `/groups/blab/${"x".repeat(2000)}`],
  ])("for a name with %s", async (_, path) => {
    const before = await listed();
    const answer = await put(server, path, mainType, mainDataset);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/[.)]$/) });
    expect(await listed()).toEqual(before);
  });

  test("for a narrative with an underscore, but not for one that is called like a sidecar", async () => {
    expect((await put(server, "/groups/blab/narratives/a_b", narrativeType, narrative)).status).toBe(400);
    expect((await put(server, "/groups/blab/narratives/a/tree", narrativeType, narrative)).status).toBe(204);
  });
});
