import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  logo,
  mainContent,
  narrative,
  narrativeContent,
  putObjects,
  putSamples,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
  await putObjects(server, {
    "blab/datasets/plain.json": { type: dataset(), content: mainContent("plain"), encoding: "none" },
    "blab/datasets/a_üñí_名.json": { type: dataset(), content: mainContent("named") },
    'blab/datasets/it\'s "so".json': { type: dataset(), content: mainContent("quoted") },
  });
  owner = await bearerOf(server, "owner", "blab");
});

const ask = (path: string, headers: Record<string, string>, method = "GET") =>
  server.ask({ method, path, headers: { ...owner, ...headers } });

/** Path, Accept, content and file name of every representation. */
const representations: readonly [
  path: string,
  accept: string,
  content: string | Buffer,
  name: string | undefined,
][] = [
  ["/groups/blab/ncov/19B", "application/json", mainContent("blab 19B"), "ncov_19B.json"],
  ["/groups/blab/ncov/19B", dataset(), mainContent("blab 19B"), "ncov_19B.json"],
  [
    "/groups/blab/ncov/19B",
    dataset("root-sequence"),
    '{"root-sequence":"of blab"}',
    "ncov_19B_root-sequence.json",
  ],
  [
    "/groups/blab/ncov/19B",
    dataset("tip-frequencies"),
    '{"tip-frequencies":"of blab"}',
    "ncov_19B_tip-frequencies.json",
  ],
  [
    "/groups/blab/ncov/19B",
    dataset("measurements"),
    '{"measurements":"of blab"}',
    "ncov_19B_measurements.json",
  ],
  ["/groups/blab/narratives/test/fixture", "text/markdown", narrativeContent("blab"), "test_fixture.md"],
  ["/groups/blab/narratives/test/fixture", narrative, narrativeContent("blab"), "test_fixture.md"],
  ["/groups/blab/settings/logo", "image/png", logo, undefined],
  ["/groups/blab/settings/overview", "text/markdown", "---\ntitle: The lab blab\n---\nWords.\n", undefined],
  ["/charon/getDataset?prefix=groups/blab/ncov/19B", "*/*", mainContent("blab 19B"), "ncov_19B.json"],
  [
    "/charon/getDataset?prefix=groups/blab/ncov/19B&type=measurements",
    "*/*",
    '{"measurements":"of blab"}',
    "ncov_19B_measurements.json",
  ],
  [
    "/charon/getNarrative?prefix=groups/blab/narratives/test/fixture&type=md",
    "*/*",
    narrativeContent("blab"),
    "test_fixture.md",
  ],
];

describe("a representation", () => {
  test.each(representations)(
    "of %s as %s is what was stored, compressed or not",
    async (path, accept, content) => {
      const gzip = await ask(path, { Accept: accept, "Accept-Encoding": "gzip" });
      expect(gzip.headers["content-encoding"]).toBe("gzip");
      expect(gzip.headers["content-length"]).toBe(String(gzip.bytes.length));
      expect(gunzipSync(gzip.bytes)).toEqual(Buffer.from(content));
      const plain = await ask(path, { Accept: accept });
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.bytes).toEqual(Buffer.from(content));
    },
  );

  test.each(representations)("of %s as %s has its headers", async (path, accept, _, name) => {
    const disposition = name === undefined ? undefined : `attachment; filename="${name}"`;
    for (const encoding of ["gzip", "identity"]) {
      const { headers, status } = await ask(path, { Accept: accept, "Accept-Encoding": encoding });
      expect(status).toBe(200);
      expect(headers["content-disposition"]).toBe(disposition);
      expect(headers.etag).toMatch(/^"[^"]+"$/);
      expect(Math.abs(Date.parse(headers["last-modified"] ?? "") - Date.now())).toBeLessThan(60_000);
      expect(headers["cache-control"]).toBe("private, no-cache");
      expect(headers.vary?.split(", ")).toContain("Accept-Encoding");
    }
  });

  test.each(representations)("of %s as %s has the same headers under HEAD", async (path, accept) => {
    for (const encoding of ["gzip", "identity"]) {
      const requestHeaders = { Accept: accept, "Accept-Encoding": encoding };
      const [head, full] = [await ask(path, requestHeaders, "HEAD"), await ask(path, requestHeaders)];
      const { date: _, "transfer-encoding": __, ...expected } = full.headers;
      expect(head.headers).toMatchObject(expected);
      expect([head.status, head.bytes.length]).toEqual([200, 0]);
    }
  });

  test("has different strong ETags with and without gzip", async () => {
    const path = "/groups/blab/ncov/19B";
    const [gzip, plain] = await Promise.all([
      ask(path, { Accept: "application/json", "Accept-Encoding": "gzip" }),
      ask(path, { Accept: "application/json" }),
    ]);
    expect(gzip.headers.etag).not.toBe(plain.headers.etag);
    expect(plain.headers["content-length"]).toBeUndefined();
  });

  test("of another dataset or another type has another ETag", async () => {
    const tags = await Promise.all(
      representations
        .slice(1, 5)
        .map(async ([path, accept]) => (await ask(path, { Accept: accept })).headers.etag),
    );
    expect(new Set(tags).size).toBe(4);
  });

  test.each([
    ["gzip", true],
    ["GZIP", true],
    ["*", true],
    ["gzip, deflate, br", true],
    ["br, *;q=0.1", true],
    ["identity;q=0, gzip", true],
    ["identity, gzip;q=0.5", false],
    ["gzip;q=0", false],
    ["*;q=0", false],
    ["deflate", false],
    ["identity", false],
    ["identity;q=0", false],
    ["", false],
    [undefined, false],
  ])("to a client that accepts the encodings %j is compressed: %j", async (accepted, compressed) => {
    const headers = accepted === undefined ? {} : { "Accept-Encoding": accepted };
    const answer = await ask("/groups/blab/ncov/19B", { Accept: "application/json", ...headers });
    expect(answer.headers["content-encoding"]).toBe(compressed ? "gzip" : undefined);
    const body = compressed ? gunzipSync(answer.bytes) : answer.bytes;
    expect(body.toString()).toBe(mainContent("blab 19B"));
  });

  test("that is stored uncompressed is sent as it is, with Content-Length", async () => {
    const answer = await ask("/groups/blab/plain", { Accept: dataset() });
    expect(answer.headers["content-length"]).toBe(String(mainContent("plain").length));
    expect(answer.text).toBe(mainContent("plain"));
  });

  test.each([
    ["/groups/blab/a/%C3%BC%C3%B1%C3%AD/%E5%90%8D", "UTF-8''a_%C3%BC%C3%B1%C3%AD_%E5%90%8D.json"],
    ["/groups/blab/it's%20%22so%22", String.raw`filename="it's \"so\".json"`],
  ])("of %s suggests the file name %s", async (path, expected) => {
    const answer = await ask(path, { Accept: dataset() });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-disposition"]).toMatch(/^attachment; filename="[\x20-\x7e]+"/);
    expect(answer.headers["content-disposition"]).toContain(expected);
  });

  test("is the store's current version", async () => {
    const path = "/groups/blab/changing";
    const put = (title: string) =>
      server.ask({
        method: "PUT",
        path,
        headers: { ...owner, "Content-Type": dataset() },
        body: mainContent(title),
      });
    const etags: unknown[] = [];
    for (const title of ["one", "two"]) {
      await put(title);
      const { headers, text } = await ask(path, { Accept: dataset() });
      expect(text).toBe(mainContent(title));
      etags.push(headers.etag);
    }
    expect(etags[0]).not.toBe(etags[1]);
  });

  test.each([
    ["/groups/blab/absent", "application/json"],
    ["/groups/blab/plain", dataset("measurements")],
    ["/groups/blab/narratives/absent", narrative],
    ["/groups/MixedCase/settings/logo", "image/png"],
    ["/groups/MixedCase/settings/overview", "text/markdown"],
  ])("that does not exist is 404: %s as %s", async (path, Accept) => {
    const headers = path.includes("MixedCase") ? await bearerOf(server, "viewer", "MixedCase") : {};
    for (const method of ["GET", "HEAD"]) {
      const { status, headers: sent } = await ask(path, { Accept, ...headers }, method);
      expect([status, sent["content-disposition"], sent.etag]).toEqual([404, undefined, undefined]);
      expect(sent["content-type"]).toBe("application/json; charset=utf-8");
    }
  });
});
