import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  datasetType,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const measurementsType = datasetType("measurements");

const server = testServer();
beforeAll(async () => {
  for (const group of ["blab", "test-private"]) {
    await put(server, `/groups/${group}/flu/ha`, mainType, mainDataset);
    await put(server, `/groups/${group}/narratives/tale`, narrativeType, narrative);
    await put(server, `/groups/${group}/settings/overview`, "text/markdown", "Hello");
  }
});
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
    "through %s at %s is one event, with the user, the group and the path",
    async (_, path, Accept, loggedPath) => {
      expect((await ask(path, { Accept })).status).toBe(200);
      expect(accesses()).toEqual([{ ...byVera, action: "read", path: loggedPath }]);
    },
  );

  it("by listing it is an event too", async () => {
    expect((await ask("/charon/getAvailable?prefix=groups/test-private")).status).toBe(200);
    expect(accesses()).toEqual([{ ...byVera, action: "list", path: "" }]);
  });

  it("that is denied, or does not exist, is no access", async () => {
    await server.ask({ path: "/charon/getDataset?prefix=groups/test-private/flu/ha" });
    await ask("/charon/getDataset?prefix=groups/test-private/nothing");
    expect(accesses()).toEqual([]);
  });
});

describe("a request that is denied to a user", () => {
  const denials = () => server.events.filter(({ event }) => event === "access-denied");
  const byOda = { event: "access-denied", caller: "user", username: "oda", subject: "oda" };
  const askOutsider = async (method: string, path: string, headers: Record<string, string> = {}) =>
    server.ask({
      method,
      path,
      headers: { Authorization: await server.bearer("oda", "blab/viewers"), ...headers },
    });

  it.each([
    ["GET", "/groups/test-private", "read", "test-private", ""],
    ["GET", "/groups/TEST-private/flu/ha?token=s3cret", "read", "test-private", "flu/ha"],
    ["HEAD", "/groups/test-private/narratives/tale", "read", "test-private", "narratives/tale"],
    ["OPTIONS", "/groups/test-private/under_score", "read", "test-private", "under_score"],
    ["PUT", "/groups/test-private/flu/ha", "write", "test-private", "flu/ha"],
    ["DELETE", "/groups/test-private/flu/ha/", "delete", "test-private", "flu/ha"],
    ["GET", "/groups/test-private/settings/members", "read", "test-private", "settings/members"],
    ["GET", "/logos/test-private", "read", "test-private", "settings/logo"],
    ["GET", "/charon/getAvailable?prefix=groups/test-private", "list", "test-private", ""],
    [
      "GET",
      "/charon/getDataset?prefix=groups/test-private/flu/ha&x=s3cret",
      "read",
      "test-private",
      "flu/ha",
    ],
    ["GET", "/charon/getSourceInfo?prefix=groups/test-private", "read", "test-private", "settings"],
    ["DELETE", "/groups/blab/flu/ha", "delete", "blab", "flu/ha"],
    ["DELETE", "/groups/blab/settings/overview", "delete", "blab", "settings/overview"],
  ])("by %s %s is one event, and no access", async (method, path, action, group, loggedPath) => {
    expect((await askOutsider(method, path)).status).toBe(403);
    expect(denials()).toEqual([{ ...byOda, action, group, path: loggedPath }]);
    expect(accesses()).toEqual([]);
    expect(JSON.stringify(server.events)).not.toContain("s3cret");
  });

  it.each([
    ["GET", "flu/ha", { Accept: measurementsType }, "measurements"],
    ["HEAD", "flu/ha", { Accept: `text/plain, ${measurementsType};q=0.5` }, "measurements"],
    ["PUT", "flu/ha", { "Content-Type": measurementsType }, "measurements"],
    ["GET", "flu/ha", { Accept: `${mainType}, ${measurementsType}` }, undefined],
    ["GET", "flu/ha", { Accept: "*/*" }, undefined],
    ["GET", "flu/ha", { Accept: "image/png" }, undefined],
    ["DELETE", "flu/ha", { "Content-Type": measurementsType }, undefined],
    ["PUT", "narratives/tale", { "Content-Type": measurementsType }, undefined],
    ["PUT", "settings/overview", { "Content-Type": measurementsType }, undefined],
  ])("by %s of %s names the requested sidecar with %j: %s", async (method, path, headers, file) => {
    expect((await askOutsider(method, `/groups/test-private/${path}`, headers)).status).toBe(403);
    const action = expect.stringMatching(/^(read|write|delete)$/);
    expect(denials()).toEqual([{ ...byOda, action, group: "test-private", path, ...(file ? { file } : {}) }]);
  });

  it.each([
    ["type=root-sequence", "root-sequence"],
    ["type=meta", "meta"],
    ["type=tree&type=meta", "tree"],
    ["type=main", undefined],
    ["type=s3cret", undefined],
  ])("through Charon names the requested sidecar with %s: %s", async (query, file) => {
    const path = `/charon/getDataset?prefix=groups/test-private/flu/ha&${query}`;
    expect((await askOutsider("GET", path)).status).toBe(403);
    expect(denials()).toEqual([
      { ...byOda, action: "read", group: "test-private", path: "flu/ha", ...(file ? { file } : {}) },
    ]);
  });

  it("is logged for an upload without permission, once its type is accepted", async () => {
    const answered = async (type: string) => {
      const { status } = await askOutsider("PUT", "/groups/blab/flu/ha", { "Content-Type": type });
      return [status, denials().length];
    };
    expect(await answered("image/png")).toEqual([415, 0]);
    expect(await answered(mainType)).toEqual([403, 1]);
    expect(denials()).toEqual([{ ...byOda, action: "write", group: "blab", path: "flu/ha" }]);
  });

  it("is not logged for unknown groups, nor for anonymous callers", async () => {
    expect((await askOutsider("GET", "/groups/nowhere/flu/ha")).status).toBe(403);
    expect((await server.ask({ path: "/groups/test-private/flu/ha" })).status).toBe(401);
    expect((await server.ask({ method: "DELETE", path: "/groups/blab/flu/ha" })).status).toBe(401);
    expect(denials()).toEqual([]);
  });

  it("has no line break, and its path is cut", async () => {
    await askOutsider("GET", `/groups/test-private/a%0Ab${"c".repeat(4000)}`);
    const [{ path = "" } = {}] = denials() as unknown as { path?: string }[];
    expect(path).toMatch(/^a bc+…$/);
    expect(path.length).toBe(300);
  });
});

describe("reading public data", () => {
  it("is not logged", async () => {
    expect((await ask("/charon/getDataset?prefix=groups/blab/flu/ha")).status).toBe(200);
    expect((await server.ask({ path: "/charon/getAvailable?prefix=groups/blab" })).status).toBe(200);
    expect(accesses()).toEqual([]);
  });
});

describe("writing", () => {
  const byOlga = { event: "access", caller: "user", username: "olga", subject: "olga" };

  it("is logged in any group, with the file", async () => {
    await put(server, "/groups/blab/flu/ha", mainType, mainDataset);
    await put(server, "/groups/blab/flu/ha", measurementsType, '{"collections":[]}');
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

  it("that is denied changes nothing, and is no access", async () => {
    expect((await put(server, "/groups/blab/flu/na", mainType, "no JSON")).status).toBe(400);
    expect((await ask("/groups/blab/flu/ha", {}, "DELETE")).status).toBe(403);
    expect(accesses()).toEqual([]);
  });
});
