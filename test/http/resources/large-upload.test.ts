import { setTimeout as delay } from "node:timers/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chunk, head, lastChunk, rawConnection } from "../../support/requests/raw-connection.ts";
import { mainType } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const megabyte = 1_000_000;

/** JSON that compresses a little; the same piece again and again, so that the client needs no memory either. */
const piece = Buffer.from(
  Array.from({ length: megabyte / 20 }, (_, i) => `[${Math.imul(i, 2654435761) >>> 0},"ACGTT"],`.padEnd(20))
    .join("")
    .slice(0, megabyte - 20)
    .replace(/,[^,]*,[^,]*$/, ","),
);
const pieces = function* (size: number): Generator<Buffer> {
  yield Buffer.from('{"meta": {}, "tree": {"name": "root", "children": [');
  for (let sent = 0; sent < size; sent += piece.length) {
    for (let at = 0; at < piece.length; at += 50_000) yield piece.subarray(at, at + 50_000);
  }
  yield Buffer.from("0]}}");
};

/** Answers of /healthz and the process's memory, measured while something is going on. */
const watch = () => {
  const lowest = process.memoryUsage.rss();
  const seen = { slowest: 0, growth: 0, answers: 0 };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const { status } = await server.ask({ path: "/healthz" });
      if (status !== 200) throw new Error(`/healthz answered ${status}`);
      seen.answers += 1;
      seen.slowest = Math.max(seen.slowest, performance.now() - begun);
      seen.growth = Math.max(seen.growth, process.memoryUsage.rss() - lowest);
      await delay(10);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return seen;
  };
};

const send = async (
  path: string,
  headers: Record<string, string>,
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
) => {
  const connection = await rawConnection(server.origin);
  const Authorization = await server.bearer("olga", "blab/owners");
  await connection.send(
    head(`PUT ${path}`, {
      Authorization,
      "Content-Type": mainType,
      "Transfer-Encoding": "chunked",
      ...headers,
    }),
  );
  for await (const bytes of body) if (bytes.length > 0) await connection.send(chunk(bytes));
  await connection.send(lastChunk);
  const status = await connection.until(/^HTTP\/1\.1 \d{3}/, 15_000);
  connection.close();
  return status;
};

const gzipped = async function* (size: number): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: 1 });
  const written = (async () => {
    for (const bytes of pieces(size))
      if (!gzip.write(bytes)) await new Promise((done) => gzip.once("drain", done));
    gzip.end();
  })();
  yield* gzip;
  await written;
};

describe("an upload of 60 MB", () => {
  test.each([
    ["plain", {}, pieces],
    ["as gzip", { "Content-Encoding": "gzip" }, gzipped],
  ])("%s takes little memory, and others are answered meanwhile", async (_, headers, body) => {
    // What a process takes for its first upload stays with it, and says nothing about the size.
    await send("/groups/blab/warm", headers, body(20 * megabyte));
    const stop = watch();
    expect(await send("/groups/blab/large", headers, body(60 * megabyte))).toBe("HTTP/1.1 204");
    const { slowest, growth, answers } = await stop();
    expect(answers).toBeGreaterThan(5);
    expect(slowest).toBeLessThan(500);
    expect(growth).toBeLessThan(40 * megabyte);
  });

  test("comes back whole", async () => {
    const Accept = { Accept: mainType, "Accept-Encoding": "gzip" };
    const { bytes } = await server.ask({ path: "/groups/blab/large", headers: Accept });
    const text = gunzipSync(bytes);
    const expected = Buffer.concat([...pieces(60 * megabyte)]);
    expect(text.equals(expected)).toBe(true);
  });
});
