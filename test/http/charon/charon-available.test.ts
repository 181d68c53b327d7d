import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putObjects,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const main = { type: dataset(), content: mainContent("x") };
const sidecar = { type: dataset("measurements"), content: "{}" };
const narrativeObject = { type: narrative, content: narrativeContent("x") };

const server = testServer();
beforeAll(async () => {
  await putObjects(server, {
    "blab/datasets/ncov_19B.json": main,
    "blab/datasets/ncov_19B_measurements.json": sidecar,
    "blab/datasets/ncov_19B_root-sequence.json": sidecar,
    "blab/datasets/Zika.json": main,
    "blab/datasets/a.json": main,
    "blab/datasets/lonely_tip-frequencies.json": sidecar,
    "blab/datasets/lonely_seq.json": sidecar,
    "blab/datasets/old_meta.json": sidecar,
    "blab/datasets/old_tree.json": sidecar,
    "blab/datasets/half_meta.json": sidecar,
    "blab/datasets/half2_tree.json": sidecar,
    "blab/datasets/a_meta.json": sidecar,
    "blab/datasets/a_tree.json": sidecar,
    "blab/datasets/notes.txt": sidecar,
    "blab/datasets/deep/x.json": main,
    "blab/datasets/_odd.json": main,
    "blab/narratives/test_fixture.md": narrativeObject,
    "blab/narratives/Zoo.md": narrativeObject,
    "blab/narratives/group-overview.md": narrativeObject,
    "blab/narratives/readme.txt": narrativeObject,
    "test-private/datasets/secret.json": main,
    "MixedCase/datasets/one.json": main,
    "MixedCase/datasets/flu_ha+na_2y.json": main,
    "MixedCase/datasets/flu_ha_2y.json": main,
    "MixedCase/datasets/flu_na_2y.json": main,
    "MixedCase/datasets/flu_na_6y.json": main,
  });
});

const available = async (query: string, ...roles: readonly string[]) => {
  const Authorization = roles.length > 0 ? { Authorization: await server.bearer("alice", ...roles) } : {};
  return server.ask({
    path: `/charon/getAvailable${query}`,
    headers: { Accept: "application/json", ...Authorization },
  });
};

const blab = {
  datasets: ["Zika", "a", "ncov/19B", "old"].map((name) => ({
    request: `groups/blab/${name}`,
    snapshots: false,
    secondTreeOptions: [] as string[],
    buildUrl: null,
  })),
  narratives: ["Zoo", "test/fixture"].map((name) => ({ request: `groups/blab/narratives/${name}` })),
};

describe("getAvailable of a group", () => {
  test.each([
    "groups/blab",
    "/groups/blab",
    "groups/blab/",
    "/groups/blab/",
    "//groups//blab//",
    "groups/BLAB",
    "GROUPS/blab",
    "groups/blab/ncov",
    "/groups/blab/absent/one",
    "groups/blab/narratives",
    "/groups/blab/narratives/test/fixture",
    "groups/blab/under_score",
    "%2Fgroups%2Fblab",
  ])(
    "lists all of the group for the prefix %s: v2 datasets by key, then v1, and narratives",
    async (prefix) => {
      const answer = await available(`?prefix=${prefix}`);
      expect([answer.status, answer.headers["content-type"]]).toEqual([
        200,
        "application/json; charset=utf-8",
      ]);
      expect(answer.json()).toEqual(blab);
    },
  );

  test.each([
    "groups/MixedCase/flu/na/2y",
    "/groups/mixedcase/flu/na/2y/",
    "groups/MixedCase/flu/na/2y:groups/MixedCase/flu/ha/2y",
  ])("lists second trees for the dataset at %s only", async (prefix) => {
    const { datasets } = (await available(`?prefix=${prefix}`)).json() as typeof blab;
    const second = ["flu/ha+na/2y", "flu/ha/2y", "flu/na/6y"].map((name) => `groups/MixedCase/${name}`);
    expect(datasets.filter(({ secondTreeOptions }) => secondTreeOptions.length > 0)).toEqual([
      { request: "groups/MixedCase/flu/na/2y", snapshots: false, secondTreeOptions: second, buildUrl: null },
    ]);
  });

  test("reads a plus as a plus, not as a space", async () => {
    const { datasets } = (await available("?prefix=groups/MixedCase/flu/ha+na/2y")).json() as typeof blab;
    expect(datasets.filter(({ secondTreeOptions }) => secondTreeOptions.length > 0)).toMatchObject([
      { request: "groups/MixedCase/flu/ha+na/2y" },
    ]);
  });

  test("has empty lists for an empty group", async () => {
    const answer = await available("?prefix=groups/other", "other/viewers");
    expect(answer.json()).toEqual({ datasets: [], narratives: [] });
  });

  test.each([
    ["?prefix=groups/test-private", 401],
    ["?prefix=groups/unknown", 401],
    ["?prefix=nextstrain/ncov", 400],
    ["?prefix=community/x/y", 400],
    ["?prefix=groupsx/blab", 400],
    ["?prefix=groups/blab&prefix=groups/blab", 400],
    ["?prefix=groups&prefix=groups/test-private", 400],
  ])("with %s is %i", async (query, status) => {
    const answer = await available(query);
    expect([answer.status, answer.json()]).toEqual([status, { error: expect.any(String) }]);
  });

  test("of a private group is for its members", async () => {
    expect((await available("?prefix=groups/test-private", "test-private/viewers")).json()).toMatchObject({
      datasets: [{ request: "groups/test-private/secret" }],
    });
    expect((await available("?prefix=groups/test-private", "other/owners")).status).toBe(403);
  });
});

describe("getAvailable of all groups", () => {
  const request = (...names: readonly string[]) => names.map((name) => ({ request: `/groups/${name}` }));
  const publicDatasets = ["blab/Zika", "blab/a", "blab/ncov/19B", "blab/old"];
  const mixedCase = ["flu/ha+na/2y", "flu/ha/2y", "flu/na/2y", "flu/na/6y", "one"].map(
    (name) => `MixedCase/${name}`,
  );
  const narratives = request("blab/narratives/Zoo", "blab/narratives/test/fixture");

  test.each([
    "",
    "?prefix=",
    "?prefix=/",
    "?prefix=groups",
    "?prefix=/groups",
    "?prefix=/groups/",
    "?prefix=Groups",
  ])("lists what an anonymous caller may read, as paths with a leading slash: %s", async (query) => {
    expect((await available(query)).json()).toEqual({
      datasets: request(...publicDatasets, ...mixedCase),
      narratives,
    });
  });

  test("depends on the caller's roles, in the order of the groups file", async () => {
    expect((await available("?prefix=groups", "test-private/viewers")).json()).toEqual({
      datasets: request(...publicDatasets, "test-private/secret", ...mixedCase),
      narratives,
    });
  });

  test("reflects an upload and a deletion immediately", async () => {
    const headers = { Authorization: await server.bearer("alice", "blab/owners"), "Content-Type": dataset() };
    const path = "/groups/blab/zzz/new";
    const isListed = async () => (await available("?prefix=groups")).text.includes('"/groups/blab/zzz/new"');
    expect(await isListed()).toBe(false);
    expect((await server.ask({ method: "PUT", path, headers, body: mainContent("new") })).status).toBe(204);
    expect(await isListed()).toBe(true);
    expect((await server.ask({ method: "DELETE", path, headers })).status).toBe(204);
    expect(await isListed()).toBe(false);
  });
});
