import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { pngOf } from "../../support/resources/png.ts";
import { mainContent, putObjects } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const unknownType = "application/octet-stream";
const narrative =
  "---\ntitle: Copied\n---\n\n# [One](https://groups.example.org/groups/blab/copied?d=tree)\nText\n";
const logo = pngOf(8, 8);

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  // After a copy to a disk and back the media type and the encoding are lost.
  await putObjects(server, {
    "blab/datasets/copied.json": {
      type: unknownType,
      content: gzipSync(mainContent("copied")),
      encoding: "none",
    },
    "blab/datasets/plain.json": {
      type: "binary/octet-stream",
      content: mainContent("plain"),
      encoding: "none",
    },
    "blab/narratives/copied.md": { type: unknownType, content: gzipSync(narrative), encoding: "none" },
    "blab/group-overview.md": {
      type: unknownType,
      content: gzipSync("---\ntitle: Back again\n---\nHello"),
      encoding: "none",
    },
    "blab/group-logo.png": { type: "binary/octet-stream", content: gzipSync(logo), encoding: "none" },
  });
  owner = await bearerOf(server, "owner", "blab");
});

const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  server.ask({ method, path, headers: { ...owner, ...headers } });

const routes: readonly (readonly [string, string, string | Buffer])[] = [
  ["/groups/blab/copied", "application/json", mainContent("copied")],
  ["/groups/blab/plain", "application/json", mainContent("plain")],
  ["/charon/getDataset?prefix=groups/blab/copied", "*/*", mainContent("copied")],
  ["/groups/blab/narratives/copied", "text/markdown", narrative],
  ["/charon/getNarrative?type=md&prefix=groups/blab/narratives/copied", "*/*", narrative],
  ["/groups/blab/settings/overview", "text/markdown", "---\ntitle: Back again\n---\nHello"],
  ["/groups/blab/settings/logo", "image/png", logo],
];

describe("files that were copied into the store without metadata", () => {
  test.each(routes)("are served as before at %s", async (path, Accept, content) => {
    const plain = await ask(path, { Accept });
    expect([plain.status, plain.headers["content-encoding"]]).toEqual([200, undefined]);
    expect(plain.bytes.equals(Buffer.from(content))).toBe(true);
    const packed = await ask(path, { Accept, "Accept-Encoding": "gzip" });
    const unpacked = packed.headers["content-encoding"] === "gzip" ? gunzipSync(packed.bytes) : packed.bytes;
    expect(unpacked.equals(Buffer.from(content))).toBe(true);
    const head = await ask(path, { Accept, "Accept-Encoding": "gzip" }, "HEAD");
    expect([head.status, head.headers["etag"]]).toEqual([200, packed.headers["etag"]]);
    const again = await ask(path, { Accept, "If-None-Match": plain.headers["etag"] ?? "" });
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  test("are used for the group's page too", async () => {
    const info = (await ask("/charon/getSourceInfo?prefix=groups/blab")).json();
    expect(info).toMatchObject({ title: "Back again", overview: "Hello" });
    expect(JSON.stringify(info)).toContain(logo.toString("base64").slice(0, 40));
  });
});

describe("names with a special meaning", () => {
  test("group-overview cannot be a narrative, and the error refers to the settings", async () => {
    const rejected = await server.ask({
      method: "PUT",
      path: "/groups/blab/narratives/group-overview",
      headers: {
        ...owner,
        Accept: "application/json",
        "Content-Type": "text/vnd.nextstrain.narrative+markdown",
        "Content-Length": "5",
      },
      body: "Hello",
    });
    expect(rejected.status).toBe(400);
    expect(rejected.text).toContain("settings");
  });

  test("a narrative's exact name takes precedence over the one without its language", async () => {
    await putObjects(server, {
      "blab/narratives/ncov_en_weekly.md": { type: "text/markdown", content: "---\ntitle: English\n---\n" },
      "blab/narratives/ncov_weekly.md": { type: "text/markdown", content: "---\ntitle: Another one\n---\n" },
      "blab/narratives/ncov_monthly.md": { type: "text/markdown", content: "---\ntitle: Monthly\n---\n" },
    });
    const text = async (name: string) =>
      (await ask(`/charon/getNarrative?type=md&prefix=groups/blab/narratives/${name}`)).text;
    expect(await text("ncov/en/weekly")).toContain("English");
    expect(await text("ncov/weekly")).toContain("Another one");
    expect(await text("ncov/en/monthly")).toContain("Monthly");
  });
});
