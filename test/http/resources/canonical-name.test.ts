import { beforeAll, describe, expect, test } from "vitest";
import { dataset, mainContent, narrative, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab", "MixedCase", "test-private");
  owner = await bearerOf(server, "owner", "MixedCase");
});

describe("a group's name that is not canonical", () => {
  test.each([
    ["/groups/mixedcase", "/groups/MixedCase"],
    ["/groups/MIXEDCASE/", "/groups/MixedCase/"],
    ["/groups/mixedcase?filter=a&filter=b", "/groups/MixedCase?filter=a&filter=b"],
    ["/groups/mixedcase/ncov/19B?c=country&p=grid", "/groups/MixedCase/ncov/19B?c=country&p=grid"],
    ["/groups/mixedcase/ncov/19B:ncov/19B", "/groups/MixedCase/ncov/19B:ncov/19B"],
    ["/groups/mixedcase/n%63ov/19B?q=%C3%A9%20+", "/groups/MixedCase/n%63ov/19B?q=%C3%A9%20+"],
    ["/groups/mixedcase/not%20there", "/groups/MixedCase/not%20there"],
    ["/groups/mixedcase/narratives", "/groups/MixedCase/narratives"],
    ["/groups/mixedcase/narratives/test/fixture", "/groups/MixedCase/narratives/test/fixture"],
    ["/groups/mixedcase/settings/logo", "/groups/MixedCase/settings/logo"],
    ["/groups/mixedcase/settings/members", "/groups/MixedCase/settings/members"],
    ["/groups/%4Dixed%43ase/ncov/19B", "/groups/MixedCase/ncov/19B"],
    ["/groups/%EF%BC%ADixedCase/ncov/19B", "/groups/MixedCase/ncov/19B"],
    ["/GROUPS/mixedcase/ncov//19B", "/groups/MixedCase/ncov//19B"],
    ["/groups/BLAB//evil.example/x", "/groups/blab//evil.example/x"],
  ])("%s redirects GET to %s", async (path, location) => {
    const headers = { ...owner, ...(path.includes("BLAB") ? await bearerOf(server, "owner", "blab") : {}) };
    for (const method of ["GET", "HEAD"]) {
      const answer = await server.ask({ method, path, headers });
      expect([answer.status, answer.headers.location]).toEqual([302, location]);
      expect(answer.headers["cache-control"]).toBe("private, no-store");
    }
  });

  test("is not redirected when only the rest of the path is spelled otherwise", async () => {
    for (const path of ["/Groups/MixedCase/ncov/19B", "/groups/MixedCase/n%63ov/19B/"]) {
      expect((await server.ask({ path })).status).toBe(200);
    }
  });

  test("of a private group is not redirected without permission", async () => {
    const answer = await server.ask({ path: "/groups/TEST-private/ncov/19B" });
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
  });

  test("is accepted by PUT, DELETE and OPTIONS without a redirect", async () => {
    const path = "/groups/mixedCASE/written";
    const put = await server.ask({
      method: "PUT",
      path,
      headers: { ...owner, "Content-Type": dataset() },
      body: mainContent("written"),
    });
    expect(put.status).toBe(204);
    const canonical = { path: "/groups/MixedCase/written", headers: { Accept: "application/json" } };
    expect((await server.ask(canonical)).json()).toMatchObject({ meta: { title: "written" } });
    expect((await server.ask({ method: "OPTIONS", path, headers: owner })).status).toBe(204);
    expect((await server.ask({ method: "DELETE", path, headers: owner })).status).toBe(204);
    expect((await server.ask(canonical)).status).toBe(404);
  });

  test("is accepted by Charon, which responds with canonical names", async () => {
    const prefix = "groups/mixedcase/ncov/19B";
    const listed = await server.ask({ path: `/charon/getAvailable?prefix=${prefix}` });
    expect(listed.json()).toMatchObject({ datasets: [{ request: "groups/MixedCase/ncov/19B" }] });
    expect((await server.ask({ path: `/charon/getDataset?prefix=${prefix}` })).status).toBe(200);
    expect(
      (await server.ask({ path: "/charon/getSourceInfo?prefix=Groups/MIXEDcase" })).json(),
    ).toMatchObject({
      title: "The lab MixedCase",
    });
    const response = await server.ask({
      path: "/charon/getNarrative?prefix=/groups/mixedcase/narratives/test/fixture&type=md",
    });
    expect(response.headers["content-type"]).toMatch(narrative);
  });
});
