import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { dataset, putObjects, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

/** Longer than all buffers between a file and a client. */
const long = Buffer.from(randomBytes(12_000_000).toString("base64"));

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab");
  await putObjects(server, {
    "blab/datasets/long.json": { type: dataset(), content: long, encoding: "none" },
    "blab/datasets/long_measurements.json": { type: dataset("measurements"), content: long },
    "blab/datasets/damaged.json": { type: dataset(), content: "this is no gzip", encoding: "claimed" },
    "blab/datasets/cut.json": {
      type: dataset(),
      content: gzipSync(long).subarray(0, 5_000_000),
      encoding: "claimed",
    },
  });
});

const ask = (name: string, headers: Record<string, string> = {}, method = "GET") =>
  server.ask({ method, path: `/groups/blab/${name}`, headers: { Accept: dataset(), ...headers } });

/** Starts a download and disconnects after the first bytes. */
const disconnect = (headers: Record<string, string>): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = get(`${server.origin}/groups/blab/long`, { headers, agent: false }, (response) => {
      response.once("data", () => {
        request.destroy();
        resolve();
      });
    });
    request.once("error", reject);
  });

describe("a download", () => {
  test("is complete, whatever its length", async () => {
    expect((await ask("long")).bytes.equals(long)).toBe(true);
    expect((await ask("long", { Accept: dataset("measurements") })).bytes.equals(long)).toBe(true);
  });

  test("by HEAD, or with a matching ETag, does not read the content", async () => {
    for (const name of ["damaged", "cut"]) {
      const head = await ask(name, {}, "HEAD");
      expect(head.status).toBe(200);
      expect((await ask(name, { "If-None-Match": head.headers.etag ?? "" })).status).toBe(304);
    }
  });

  test.each(["damaged", "cut"])("of a %s file breaks off, and never looks complete", async (name) => {
    const before = server.events.length;
    const outcome = await ask(name).then(
      ({ status }) => status,
      () => "broken off",
    );
    expect(["broken off", 500]).toContain(outcome);
    await expect.poll(() => server.events.slice(before).map(({ event }) => event)).toContain("request");
    const logged = server.events.slice(before).filter(({ event }) => /request-failed|background/.test(event));
    expect(logged.length).toBeGreaterThan(0);
  });

  test("of a damaged file is sent as it is stored to clients that accept gzip", async () => {
    expect((await ask("damaged", { "Accept-Encoding": "gzip" })).text).toBe("this is no gzip");
  });

  test.each([
    ["as it is", { Accept: dataset() }],
    ["compressed", { Accept: dataset("measurements"), "Accept-Encoding": "gzip" }],
    ["decompressed while it is sent", { Accept: dataset("measurements") }],
    ["compressed while it is sent", { Accept: dataset(), "Accept-Encoding": "gzip" }],
  ])("that its client aborts is no error, and leaves no file open: %s", async (_, headers) => {
    const before = server.events.length;
    for (let time = 0; time < 5; time += 1) await disconnect(headers);
    const events = () => server.events.slice(before);
    await expect.poll(() => events().filter(({ event }) => event === "request").length).toBe(5);
    await expect.poll(() => server.stored.openReads()).toEqual([]);
    expect(events().filter(({ event }) => event !== "request")).toEqual([]);
  });

  test("leaves no file open when the body is not read", async () => {
    const { headers } = await ask("long");
    for (let time = 0; time < 5; time += 1) {
      await ask("long", {}, "HEAD");
      await ask("long", { "If-None-Match": headers.etag ?? "" });
      await ask("long", { Accept: "image/png" });
      await ask("damaged").catch(() => undefined);
    }
    await expect.poll(() => server.stored.openReads()).toEqual([]);
  });
});
