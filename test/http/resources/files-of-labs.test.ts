import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { chunk, head, lastChunk, rawConnection } from "../../support/requests/raw-connection.ts";
import { datasetType, get, narrativeType, put } from "../../support/resources/resources.ts";
import type { SampleName } from "../../support/resources/sample-content.ts";
import { sampleContent } from "../../support/resources/sample-content.ts";
import { testServer } from "../../support/server/test-server.ts";

/** Realistic files, of hundreds of samples. */
const files: [SampleName, string, string][] = [
  ["main", "/groups/blab/lakeside/2024", datasetType("main")],
  ["root-sequence", "/groups/blab/lakeside/2024", datasetType("root-sequence")],
  ["tip-frequencies", "/groups/blab/lakeside/2024", datasetType("tip-frequencies")],
  ["measurements", "/groups/blab/lakeside/2024", datasetType("measurements")],
  ["narrative", "/groups/blab/narratives/around-the-lake", narrativeType],
];

const server = testServer();

/** Uploads as the CLI does: gzip, in chunks, of unknown length (CLI-30). */
const putAsClient = async (path: string, type: string, bytes: Buffer): Promise<string> => {
  const connection = await rawConnection(server.origin);
  const headers = {
    Authorization: await server.bearer("olga", "blab/owners"),
    "Content-Type": type,
    "Content-Encoding": "gzip",
    "Transfer-Encoding": "chunked",
  };
  await connection.send(head(`PUT ${path}`, headers));
  for (let offset = 0; offset < bytes.length; offset += 1000)
    await connection.send(chunk(bytes.subarray(offset, offset + 1000)));
  await connection.send(lastChunk);
  const status = await connection.until(/^HTTP\/1\.1 \d{3}/);
  connection.close();
  return status;
};

describe.each(files)("%s", (name, path, type) => {
  const expectSame = async (original: Buffer): Promise<void> => {
    const plain = await get(server, path, type);
    expect([plain.status, plain.headers["content-encoding"]]).toEqual([200, undefined]);
    expect(plain.headers["content-type"]).toBe(`${type}; charset=utf-8`);
    expect(plain.bytes.equals(original)).toBe(true);
    const packed = await get(server, path, type, { "Accept-Encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.bytes).equals(original)).toBe(true);
  };

  test("is unchanged when it was uploaded plain", async () => {
    const original = sampleContent(name);
    expect((await put(server, path, type, original)).status).toBe(204);
    await expectSame(original);
  });

  test("is unchanged when it was uploaded as gzip", async () => {
    const original = sampleContent(name);
    const packed = gzipSync(original);
    expect((await put(server, path, type, packed, { "Content-Encoding": "gzip" })).status).toBe(204);
    await expectSame(original);
    expect((await get(server, path, type, { "Accept-Encoding": "gzip" })).bytes.equals(packed)).toBe(true);
  });

  test("is unchanged when it was uploaded as by the CLI", async () => {
    const original = sampleContent(name);
    expect(await putAsClient(path, type, gzipSync(original))).toBe("HTTP/1.1 204");
    await expectSame(original);
  });
});

describe("all files of a dataset", () => {
  test("are listed, and open for Auspice", async () => {
    for (const [name, path, type] of files) await put(server, path, type, sampleContent(name));
    const listed = (await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" })).json();
    expect(listed).toMatchObject({
      datasets: [{ request: "groups/blab/lakeside/2024" }],
      narratives: [{ request: "groups/blab/narratives/around-the-lake" }],
    });
    const main = await server.ask({ path: "/charon/getDataset?prefix=groups/blab/lakeside/2024" });
    expect(main.bytes.equals(sampleContent("main"))).toBe(true);
    for (const page of ["/groups/blab/lakeside/2024", "/groups/blab/narratives/around-the-lake"]) {
      const answer = await server.ask({ path: page, headers: { Accept: "text/html" } });
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    }
  });
});
