import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putObjects,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  owner = { Authorization: await server.bearer("alice", "blab/owners") };
});

const kinds = {
  main: { key: "blab/datasets/x.json", path: "/groups/blab/x", accept: dataset(), content: mainContent("x") },
  sidecar: {
    key: "blab/datasets/x_measurements.json",
    path: "/groups/blab/x",
    accept: dataset("measurements"),
    content: "{}",
  },
  narrative: {
    key: "blab/narratives/x.md",
    path: "/groups/blab/narratives/x",
    accept: narrative,
    content: narrativeContent("x"),
  },
  logo: {
    key: "blab/group-logo.png",
    path: "/groups/blab/settings/logo",
    accept: "image/png",
    content: "png",
  },
  overview: {
    key: "blab/group-overview.md",
    path: "/groups/blab/settings/overview",
    accept: "text/markdown",
    content: "words",
  },
};

/** storage.md section 3: which types of objects that were not uploaded here are served. */
const rows: readonly [kind: keyof typeof kinds, stored: string, status: number][] = [
  ["main", dataset(), 200],
  ["main", "application/json", 200],
  ["main", "text/plain", 200],
  ["main", "application/octet-stream", 200],
  ["main", "binary/octet-stream", 200],
  ["main", "application/json; charset=utf-8", 200],
  ["main", "Application/JSON", 200],
  ["main", dataset("measurements"), 500],
  ["main", "text/html", 500],
  ["main", narrative, 500],
  ["sidecar", dataset("measurements"), 200],
  ["sidecar", "application/json", 200],
  ["sidecar", dataset(), 500],
  ["sidecar", dataset("tip-frequencies"), 500],
  ["narrative", narrative, 200],
  ["narrative", "text/markdown", 200],
  ["narrative", "text/plain", 200],
  ["narrative", "text/x-anything", 200],
  ["narrative", "application/json", 500],
  ["narrative", "image/png", 500],
  ["logo", "image/png", 200],
  ["logo", "image/jpeg", 500],
  ["logo", "image/svg+xml", 500],
  ["overview", "text/markdown", 200],
  ["overview", "text/html", 500],
];

describe("an object that an operator has copied into the store", () => {
  test.each(rows)("as a %s of the type %s is %i", async (kind, type, status) => {
    const { key, path, accept, content } = kinds[kind];
    for (const encoding of ["none", "gzip"] as const) {
      await putObjects(server, { [key]: { type, content, encoding } });
      for (const method of ["GET", "HEAD"]) {
        const answer = await server.ask({ method, path, headers: { ...owner, Accept: accept } });
        expect(answer.status).toBe(status);
        if (status !== 200) continue;
        expect(answer.headers["content-type"]).toBe(
          accept === "image/png" ? accept : `${accept}; charset=utf-8`,
        );
        if (method === "GET") expect(answer.text).toBe(content);
      }
    }
  });

  test.each(["application/json", "text/plain", "application/octet-stream"])(
    "is sent by Charon with its own type %s",
    async (type) => {
      await putObjects(server, {
        "blab/datasets/x.json": { type, content: mainContent("x"), encoding: "none" },
      });
      const answer = await server.ask({ path: "/charon/getDataset?prefix=groups/blab/x" });
      expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
        200,
        type,
        mainContent("x"),
      ]);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    },
  );

  test.each(["text/html", "text/html; charset=utf-8", "text/javascript", "text/xml"])(
    "and calls itself %s never runs in a browser",
    async (type) => {
      await putObjects(server, { "blab/narratives/evil.md": { type, content: "<script>alert(1)</script>" } });
      const answer = await server.ask({
        path: "/charon/getNarrative?prefix=groups/blab/narratives/evil&type=md",
      });
      expect(answer.headers["content-disposition"]).toMatch(/^attachment;/);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    },
  );

  test("does not break the group's page", async () => {
    await putObjects(server, { "blab/group-logo.png": { type: "text/html", content: "<b>" } });
    const answer = await server.ask({ path: "/groups/blab", headers: { Accept: "text/html" } });
    expect(answer.status).toBe(200);
  });
});
