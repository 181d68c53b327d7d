import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mainDataset, mainType, narrative, narrativeType, put } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
  for (const group of ["blab", "test-private"]) {
    await put(server, `/groups/${group}/flu/ha`, mainType, mainDataset);
    await put(server, `/groups/${group}/narratives/tale`, narrativeType, narrative);
    await put(server, `/groups/${group}/settings/overview`, "text/markdown", "Hello");
  }
});
afterAll(() => server.close());
beforeEach(() => void server.events.splice(0));

const accesses = () => server.events.filter(({ event }) => event === "access");

const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
  server.ask({
    method,
    path,
    headers: { Authorization: await server.bearer("vera", "test-private/viewers"), ...headers },
  });

const byVera = { event: "access", caller: "user", username: "vera", subject: "vera", group: "test-private" };

describe("reading private data", () => {
  it.each([
    ["REST", "/groups/test-private/flu/ha", "application/json", "flu/ha"],
    ["Charon", "/charon/getDataset?prefix=groups/test-private/flu/ha", "*/*", "flu/ha"],
    ["REST", "/groups/test-private/narratives/tale", "text/markdown", "narratives/tale"],
    [
      "Charon",
      "/charon/getNarrative?type=md&prefix=groups/test-private/narratives/tale",
      "*/*",
      "narratives/tale",
    ],
    ["REST", "/groups/test-private/settings/overview", "text/markdown", "settings/overview"],
    ["Charon", "/charon/getSourceInfo?prefix=groups/test-private", "*/*", "settings"],
  ])(
    "through %s at %s is one line, with the person, the group and the path",
    async (_, path, Accept, told) => {
      expect((await ask(path, { Accept })).status).toBe(200);
      expect(accesses()).toEqual([{ ...byVera, action: "read", path: told }]);
    },
  );

  it("by a list of it is told too", async () => {
    expect((await ask("/charon/getAvailable?prefix=groups/test-private")).status).toBe(200);
    expect(accesses()).toEqual([{ ...byVera, action: "list", path: "" }]);
  });

  it("that is refused, or not there, is no access", async () => {
    await server.ask({ path: "/charon/getDataset?prefix=groups/test-private/flu/ha" });
    await ask("/charon/getDataset?prefix=groups/test-private/nothing");
    expect(accesses()).toEqual([]);
  });
});

describe("reading public data", () => {
  it("is nobody's business", async () => {
    expect((await ask("/charon/getDataset?prefix=groups/blab/flu/ha")).status).toBe(200);
    expect((await server.ask({ path: "/charon/getAvailable?prefix=groups/blab" })).status).toBe(200);
    expect(accesses()).toEqual([]);
  });
});

describe("writing", () => {
  const byOlga = { event: "access", caller: "user", username: "olga", subject: "olga" };

  it("is told in any group, with the file", async () => {
    await put(server, "/groups/blab/flu/ha", mainType, mainDataset);
    const type = "application/vnd.nextstrain.dataset.measurements+json";
    await put(server, "/groups/blab/flu/ha", type, '{"collections":[]}');
    await put(server, "/groups/blab/settings/overview", "text/markdown", "Hello");
    const Authorization = await server.bearer("olga", "blab/owners");
    await server.ask({ method: "DELETE", path: "/groups/blab/flu/ha", headers: { Authorization } });
    await server.ask({
      method: "DELETE",
      path: "/groups/blab/settings/overview",
      headers: { Authorization },
    });
    expect(accesses()).toEqual([
      { ...byOlga, action: "write", group: "blab", path: "flu/ha" },
      { ...byOlga, action: "write", group: "blab", path: "flu/ha", file: "measurements" },
      { ...byOlga, action: "write", group: "blab", path: "settings/overview" },
      { ...byOlga, action: "delete", group: "blab", path: "flu/ha" },
      { ...byOlga, action: "delete", group: "blab", path: "settings/overview" },
    ]);
  });

  it("that is refused changes nothing, and is none", async () => {
    expect((await put(server, "/groups/blab/flu/na", mainType, "no JSON")).status).toBe(400);
    expect((await ask("/groups/blab/flu/ha", {}, "DELETE")).status).toBe(403);
    expect(accesses()).toEqual([]);
  });
});
