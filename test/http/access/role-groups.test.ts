import { beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { Question } from "../../support/requests/http.ts";
import { putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
});

describe("an anonymous visitor of a private group", () => {
  test.each([
    "/groups/test-private",
    "/groups/test-private/ncov/19B",
    "/groups/test-private/narratives/test/fixture",
    "/groups/test-private/settings",
    "/groups/test-private/settings/members",
    "/groups/no-such-group",
  ])("is sent to the login, and comes back to %s", async (path) => {
    const { status, headers } = await browser(server).ask(path);
    expect([status, headers.location]).toEqual([302, `/login?return_to=${encodeURIComponent(path)}`]);
  });
});

describe("role groups in a token", () => {
  const privateDataset: Question = {
    path: "/groups/test-private/ncov/19B",
    headers: { Accept: "application/json" },
  };

  test.each([
    ["test-private/viewers", 200],
    ["TEST-Private/viewers", 200],
    ["/test-private/viewers", 200],
    ["/Test-Private/editors", 200],
    ["test-private/Viewers", 403],
    ["test-private/viewer", 403],
    ["test-private/", 403],
    ["test-private", 403],
    ["viewers", 403],
    ["!test-private/viewers", 403],
    ["other/test-private/viewers", 403],
    ["test-private/viewers/more", 403],
    ["test-private /viewers", 403],
  ])("the entry %j gives a private dataset with status %i", async (entry, status) => {
    const Authorization = await server.bearer("somebody", entry);
    const answer = await server.ask({
      ...privateDataset,
      headers: { Accept: "application/json", Authorization },
    });
    expect(answer.status).toBe(status);
  });

  test.each(["MixedCase/viewers", "mixedcase/viewers", "MIXEDCASE/viewers"])(
    "the entry %j counts in a group of mixed case",
    async (entry) => {
      const Authorization = await server.bearer("somebody", entry);
      const answer = await server.ask({
        path: "/groups/MixedCase/settings/roles",
        headers: { Authorization },
      });
      expect(answer.status).toBe(200);
    },
  );

  test("a person with several roles may do what any of them allows", async () => {
    const Authorization = await server.bearer("somebody", "blab/viewers", "blab/editors");
    const answer = await server.ask({
      method: "OPTIONS",
      path: "/groups/blab/ncov/19B",
      headers: { Authorization },
    });
    expect(answer.headers.allow).toBe("OPTIONS, GET, HEAD, PUT, DELETE");
  });
});
