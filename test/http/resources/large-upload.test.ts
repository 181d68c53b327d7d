import { setTimeout as delay } from "node:timers/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { chunk, head, lastChunk, rawConnection } from "../../support/requests/raw-connection.ts";
import { mainType } from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const megabyte = 1_000_000;

/** JSON that compresses a little; it is repeated, so that the client needs little memory too. */
const fragment = Buffer.from(
  Array.from({ length: megabyte / 20 }, (_, i) => `[${Math.imul(i, 2654435761) >>> 0},"ACGTT"],`.padEnd(20))
    .join("")
    .slice(0, megabyte - 20)
    .replace(/,[^,]*,[^,]*$/, ","),
);
const fragments = function* (size: number): Generator<Buffer> {
  yield Buffer.from('{"meta": {}, "tree": {"name": "root", "children": [');
  for (let sent = 0; sent < size; sent += fragment.length) {
    for (let offset = 0; offset < fragment.length; offset += 50_000)
      yield fragment.subarray(offset, offset + 50_000);
  }
  yield Buffer.from("0]}}");
};

/** Measures response times of /healthz and the process's memory until the returned function is called. */
const startMeasuring = () => {
  const lowest = process.memoryUsage.rss();
  const measured = { slowest: 0, growth: 0, responses: 0 };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      const { status } = await server.ask({ path: "/healthz" });
      if (status !== 200) throw new Error(`/healthz answered ${status}`);
      measured.responses += 1;
      measured.slowest = Math.max(measured.slowest, performance.now() - startedAt);
      measured.growth = Math.max(measured.growth, process.memoryUsage.rss() - lowest);
      await delay(10);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return measured;
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
    for (const bytes of fragments(size))
      if (!gzip.write(bytes)) await new Promise((done) => gzip.once("drain", done));
    gzip.end();
  })();
  yield* gzip;
  await written;
};

describe("an upload of 60 MB", () => {
  test.each([
    ["plain", {}, fragments],
    ["as gzip", { "Content-Encoding": "gzip" }, gzipped],
  ])("%s takes little memory, and others are served meanwhile", async (_, headers, body) => {
    // A first upload makes the process grow once, whatever its size.
    await send("/groups/blab/warm", headers, body(20 * megabyte));
    const stop = startMeasuring();
    expect(await send("/groups/blab/large", headers, body(60 * megabyte))).toBe("HTTP/1.1 204");
    const { slowest, growth, responses } = await stop();
    expect(responses).toBeGreaterThan(5);
    expect(slowest).toBeLessThan(500);
    expect(growth).toBeLessThan(40 * megabyte);
  });

  test("is stored completely", async () => {
    const Accept = { Accept: mainType, "Accept-Encoding": "gzip" };
    const { bytes } = await server.ask({ path: "/groups/blab/large", headers: Accept });
    const text = gunzipSync(bytes);
    const expected = Buffer.concat([...fragments(60 * megabyte)]);
    expect(text.equals(expected)).toBe(true);
  });
});
