import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chunk, head, lastChunk, rawConnection } from "../support/raw-connection.ts";
import { datasetType, get, narrativeType, put } from "../support/resources.ts";
import type { RunningServer } from "../support/running-server.ts";
import { startServer } from "../support/running-server.ts";

/** Files that people have shared with programs before ours; they lie beside the repository. */
const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

const files: [string, string, string][] = [
  ["zika_tutorial.json", "/groups/blab/zika/tutorial", datasetType("main")],
  ["zika_tutorial_root-sequence.json", "/groups/blab/zika/tutorial", datasetType("root-sequence")],
  ["zika_tutorial_tip-frequencies.json", "/groups/blab/zika/tutorial", datasetType("tip-frequencies")],
  ["zika_tutorial_measurements.json", "/groups/blab/zika/tutorial", datasetType("measurements")],
  ["intro-to-narratives.md", "/groups/blab/narratives/intro-to-narratives", narrativeType],
];
/** The set has none of these. */
const optional = ["zika_tutorial_root-sequence.json"];
const present = files.filter(([name]) => existsSync(folder + name) || !optional.includes(name));

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const content = async (name: string): Promise<Buffer> => {
  if (existsSync(folder + name)) return readFile(folder + name);
  throw new Error(`This test needs the file ${name} in the folder shared/data beside the repository's own.`);
};

/** As the CLI sends: gzip, in chunks, of unknown length (CLI-30). */
const putAsClient = async (path: string, type: string, bytes: Buffer): Promise<string> => {
  const connection = await rawConnection(server.origin);
  const headers = {
    Authorization: await server.bearer("olga", "blab/owners"),
    "Content-Type": type,
    "Content-Encoding": "gzip",
    "Transfer-Encoding": "chunked",
  };
  await connection.send(head(`PUT ${path}`, headers));
  for (let at = 0; at < bytes.length; at += 1000) await connection.send(chunk(bytes.subarray(at, at + 1000)));
  await connection.send(lastChunk);
  const status = await connection.until(/^HTTP\/1\.1 \d{3}/);
  connection.close();
  return status;
};

describe.each(present)("%s", (name, path, type) => {
  const expectSame = async (original: Buffer): Promise<void> => {
    const plain = await get(server, path, type);
    expect([plain.status, plain.headers["content-encoding"]]).toEqual([200, undefined]);
    expect(plain.headers["content-type"]).toBe(`${type}; charset=utf-8`);
    expect(plain.bytes.equals(original)).toBe(true);
    const packed = await get(server, path, type, { "Accept-Encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.bytes).equals(original)).toBe(true);
  };

  test("comes back byte by byte when it was sent plain", async () => {
    const original = await content(name);
    expect((await put(server, path, type, original)).status).toBe(204);
    await expectSame(original);
  });

  test("comes back byte by byte when it was sent as gzip", async () => {
    const original = await content(name);
    const packed = gzipSync(original);
    expect((await put(server, path, type, packed, { "Content-Encoding": "gzip" })).status).toBe(204);
    await expectSame(original);
    expect((await get(server, path, type, { "Accept-Encoding": "gzip" })).bytes.equals(packed)).toBe(true);
  });

  test("comes back byte by byte when it was sent as the CLI does", async () => {
    const original = await content(name);
    expect(await putAsClient(path, type, gzipSync(original))).toBe("HTTP/1.1 204");
    await expectSame(original);
  });
});

describe("the real files together", () => {
  test("are listed, and open for Auspice", async () => {
    for (const [name, path, type] of present) await put(server, path, type, await content(name));
    const listed = (await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" })).json();
    expect(listed).toMatchObject({
      datasets: [{ request: "groups/blab/zika/tutorial" }],
      narratives: [{ request: "groups/blab/narratives/intro-to-narratives" }],
    });
    const main = await server.ask({ path: "/charon/getDataset?prefix=groups/blab/zika/tutorial" });
    expect(main.bytes.equals(await content("zika_tutorial.json"))).toBe(true);
    for (const page of ["/groups/blab/zika/tutorial", "/groups/blab/narratives/intro-to-narratives"]) {
      const answer = await server.ask({ path: page, headers: { Accept: "text/html" } });
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    }
  });
});
