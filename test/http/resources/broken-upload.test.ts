import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Answer } from "../../support/requests/http.ts";
import { chunk, head, lastChunk, rawConnection } from "../../support/requests/raw-connection.ts";
import { get, mainDataset, mainType, put } from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const paths = async () => [...(await server.stored.objects()).keys()].sort();

/** Waits until the check succeeds, since cleaning up after a disconnect takes a moment. */
const until = async (check: () => Promise<void>): Promise<void> => {
  for (const startedAt = Date.now(); ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() - startedAt > 3000) throw error;
      await delay(20);
    }
  }
};

const startUpload = async (path: string, headers: Record<string, string>) => {
  const connection = await rawConnection(server.origin);
  const Authorization = await server.bearer("olga", "blab/owners");
  await connection.send(head(`PUT ${path}`, { Authorization, "Content-Type": mainType, ...headers }));
  return connection;
};

const large = `{"meta": {}, "tree": {"name": "root", "a": "${"a".repeat(400_000)}"}}`;

describe("a client that disconnects during its upload", () => {
  test.each([
    ["in chunks", { "Transfer-Encoding": "chunked" }, chunk(large.slice(0, 200_000))],
    ["of a known length", { "Content-Length": String(large.length) }, large.slice(0, 200_000)],
    ["as gzip", { "Content-Encoding": "gzip", "Content-Length": "999" }, gzipSync(large).subarray(0, 100)],
    ["of which nothing has come", { "Content-Length": "1000" }, ""],
    ["that is complete JSON, but shorter than announced", { "Content-Length": "9999" }, mainDataset],
    [
      "that is complete JSON, but without the last chunk",
      { "Transfer-Encoding": "chunked" },
      chunk(mainDataset),
    ],
  ])("%s leaves the old version, no temporary files, and a working server", async (_, headers, part) => {
    const path = "/groups/blab/broken/a";
    await put(server, path, mainType, mainDataset);
    const before = await paths();
    const connection = await startUpload(path, headers);
    await connection.send(part);
    await delay(50);
    connection.close();
    await until(async () => expect(await paths()).toEqual(before));
    expect((await get(server, path, mainType)).text).toBe(mainDataset);
    expect((await server.ask({ path: "/healthz" })).status).toBe(200);
  });

  test("does not make a new dataset visible", async () => {
    const connection = await startUpload("/groups/blab/broken/new", { "Transfer-Encoding": "chunked" });
    await connection.send(chunk(mainDataset));
    await delay(50);
    expect((await get(server, "/groups/blab/broken/new", mainType)).status).toBe(404);
    const listed = await server.ask({ path: "/charon/getAvailable?prefix=/groups/blab" });
    expect(listed.text).not.toContain("broken/new");
    connection.close();
    await delay(50);
    expect((await get(server, "/groups/blab/broken/new", mainType)).status).toBe(404);
  });

  test("is not logged as a server error", async () => {
    const failed = () => server.events.filter(({ event }) => event === "request-failed");
    const before = failed().length;
    const connection = await startUpload("/groups/blab/broken/b", { "Transfer-Encoding": "chunked" });
    await connection.send(chunk(mainDataset));
    connection.close();
    await delay(150);
    expect(failed().slice(before)).toEqual([]);
    const requests = server.events.filter(({ event }) => event === "request");
    expect(requests.at(-1)).toMatchObject({ method: "PUT", path: "/groups/blab/broken/b", status: 499 });
  });
});

describe("concurrent uploads of one name", () => {
  const version = (n: number) =>
    JSON.stringify({ meta: { n }, tree: { name: "root", pad: String(n).repeat(50_000) } });

  test("store one of them, and readers see complete versions only", async () => {
    const path = "/groups/blab/race/a";
    await put(server, path, mainType, version(0));
    const versions = [0, 1, 2, 3, 4, 5, 6, 7].map(version);
    let isWriting = true;
    const reading = (async () => {
      let reads = 0;
      while (isWriting) {
        const { status, text } = await get(server, path, mainType);
        expect([status, versions.includes(text)]).toEqual([200, true]);
        reads++;
      }
      return reads;
    })();
    const answers = await Promise.all(versions.map((body) => put(server, path, mainType, body)));
    isWriting = false;
    expect(await reading).toBeGreaterThan(0);
    expect(answers.map(({ status }) => status)).toEqual(versions.map(() => 204));
    expect(versions).toContain((await get(server, path, mainType)).text);
  });

  test("with If-None-Match: * store exactly one", async () => {
    const headers = { "If-None-Match": "*" };
    const create = async (n: number): Promise<Answer> => {
      const answer = await put(server, "/groups/blab/race/b", mainType, version(n), headers);
      // A bucket may be too busy for all of them at once, so clients retry on 503.
      return answer.status === 503 ? create(n) : answer;
    };
    const answers = await Promise.all([0, 1, 2, 3, 4].map(create));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412, 412, 412, 412]);
  });

  test("do not mix with a download in progress", async () => {
    const path = "/groups/blab/race/c";
    const first = JSON.stringify({ meta: {}, tree: { name: "root", pad: "ab".repeat(4_000_000) } });
    await put(server, path, mainType, first);
    const [download] = await Promise.all([
      get(server, path, mainType),
      put(server, path, mainType, version(1)),
      server.ask({
        method: "DELETE",
        path,
        headers: { Authorization: await server.bearer("olga", "blab/owners") },
      }),
    ]);
    expect([200, 404]).toContain(download.status);
    if (download.status === 200) expect([first, version(1)].includes(download.text)).toBe(true);
  });

  test("on one connection, one after the other, all arrive", async () => {
    const connection = await rawConnection(server.origin);
    const Authorization = await server.bearer("olga", "blab/owners");
    for (const n of [1, 2, 3]) {
      const headers = { Authorization, "Content-Type": mainType, "Transfer-Encoding": "chunked" };
      await connection.send(head(`PUT /groups/blab/one/${n}`, headers));
      await connection.send(Buffer.concat([chunk(version(n)), Buffer.from(lastChunk)]));
      await connection.until(/HTTP\/1\.1 204 .*?\r\n\r\n/s);
    }
    connection.close();
    for (const n of [1, 2, 3]) {
      expect((await get(server, `/groups/blab/one/${n}`, mainType)).text).toBe(version(n));
    }
  });
});
