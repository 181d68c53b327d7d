import { describe, expect, test } from "vitest";
import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import {
  datasetType,
  get,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const sidecars = {
  "root-sequence": '{"nuc": "A"}',
  "tip-frequencies": '{"pivots": []}',
  measurements: '{"collections": []}',
};

const remove = async (path: string, headers: Record<string, string> = {}) =>
  server.ask({
    method: "DELETE",
    path,
    headers: { Authorization: await server.bearer("olga", "blab/owners", "test-private/owners"), ...headers },
  });

/** All files in the group's folder of datasets. */
const stored = async (group = "blab") => {
  const objects = await server.stored.openObjects();
  const names = await Array.fromAsync(
    objects.list(`${group}/datasets/` as never, new AbortController().signal),
  );
  await objects.close();
  return names;
};

/** Stores a v1 file, which cannot be uploaded. */
const plant = async (key: string): Promise<void> => {
  const objects = await server.stored.openObjects();
  const body = (async function* () {
    yield Buffer.from("{}");
  })();
  const content = { contentType: "application/json", body };
  await objects.write(key as ObjectKey, content, { kind: "none" }, new AbortController().signal);
  await objects.close();
};

describe("a DELETE of a dataset", () => {
  test("removes all six files, and none of other datasets", async () => {
    await put(server, "/groups/blab/del/a", mainType, mainDataset);
    await put(server, "/groups/blab/del/a/b", mainType, mainDataset);
    await put(server, "/groups/blab/del", mainType, mainDataset);
    for (const [file, content] of Object.entries(sidecars)) {
      expect((await put(server, "/groups/blab/del/a", datasetType(file), content)).status).toBe(204);
    }
    await plant("blab/datasets/del_a_meta.json");
    await plant("blab/datasets/del_a_tree.json");
    expect((await stored()).filter((name) => name.startsWith("del_a"))).toHaveLength(7);
    const answer = await remove("/groups/blab/del/a");
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await stored()).filter((name) => name.startsWith("del"))).toEqual(["del.json", "del_a_b.json"]);
  });

  test("removes sidecars without a main file", async () => {
    await put(server, "/groups/blab/orphan", datasetType("measurements"), sidecars.measurements);
    expect((await remove("/groups/blab/orphan")).status).toBe(204);
    expect(await stored()).not.toContain("orphan_measurements.json");
  });

  test("ignores Accept and Content-Type", async () => {
    await put(server, "/groups/blab/del/c", mainType, mainDataset);
    const headers = { Accept: "image/png", "Content-Type": "text/html" };
    expect((await remove("/groups/blab/del/c", headers)).status).toBe(204);
    expect((await get(server, "/groups/blab/del/c", mainType)).status).toBe(404);
  });

  test("with another spelling of the group's name is not redirected", async () => {
    await put(server, "/groups/BLAB/del/d", mainType, mainDataset);
    expect((await get(server, "/groups/blab/del/d", mainType)).status).toBe(200);
    expect((await remove("/groups/BLAB/del/d")).status).toBe(204);
    expect((await get(server, "/groups/blab/del/d", mainType)).status).toBe(404);
  });

  test("leaves no sidecar for the next dataset with this name", async () => {
    await put(server, "/groups/blab/again", mainType, mainDataset);
    await put(server, "/groups/blab/again", datasetType("measurements"), sidecars.measurements);
    await remove("/groups/blab/again");
    await put(server, "/groups/blab/again", mainType, mainDataset);
    expect((await get(server, "/groups/blab/again", datasetType("measurements"))).status).toBe(404);
  });
});

describe("a DELETE of a narrative", () => {
  test("does not remove the dataset with the same name", async () => {
    await put(server, "/groups/blab/same", mainType, mainDataset);
    await put(server, "/groups/blab/narratives/same", narrativeType, narrative);
    expect((await remove("/groups/blab/narratives/same")).status).toBe(204);
    expect((await get(server, "/groups/blab/narratives/same", narrativeType)).status).toBe(404);
    expect((await get(server, "/groups/blab/same", mainType)).status).toBe(200);
  });
});

describe("a DELETE is refused", () => {
  test.each([
    ["to an anonymous caller", undefined, 401],
    ["to a viewer", ["blab/viewers"], 403],
    ["to a user without a role", [], 403],
    ["to an editor of another group", ["test-private/editors"], 403],
  ])("%s", async (_, roles, status) => {
    await put(server, "/groups/blab/kept", mainType, mainDataset);
    const headers = roles === undefined ? {} : { Authorization: await server.bearer("somebody", ...roles) };
    expect((await server.ask({ method: "DELETE", path: "/groups/blab/kept", headers })).status).toBe(status);
    expect((await get(server, "/groups/blab/kept", mainType)).status).toBe(200);
  });

  test.each(["settings", "narratives", "settings/other", "a_b", "a/measurements", "a:b", "a@b", "a//b"])(
    "for the name %s",
    async (name) => {
      expect([400, 404]).toContain((await remove(`/groups/blab/${name}`)).status);
    },
  );
});
