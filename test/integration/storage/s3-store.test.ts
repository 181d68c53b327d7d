import { createHash, randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectS3 } from "../../../src/adapters/s3/connection.ts";
import { startProbe } from "../../../src/adapters/s3/probe/start-probe.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { KeyPrefix, ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { Precondition } from "../../../src/domain/resources/stored-object.ts";
import type { StartedMinio } from "../../support/containers/stores/minio.ts";
import { startMinio } from "../../support/containers/stores/minio.ts";
import { liveBytes } from "../../support/measuring/live-bytes.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import type { OpenS3Store } from "../../support/stores/open-s3-store.ts";
import { openS3Store, probeS3Store } from "../../support/stores/open-s3-store.ts";

const never = new AbortController().signal;
const always: Precondition = { kind: "none" };
const mebibyte = 1024 * 1024;

const newKey = () => `g${randomBytes(8).toString("hex")}/datasets/large.json` as ObjectKey;
const gzipOf = (body: AsyncIterable<Uint8Array>) => ({
  contentType: "application/json",
  contentEncoding: "gzip" as const,
  body,
});

/** As many mebibytes, each unlike the others, in chunks of an odd size. */
async function* mebibytes(n: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < n; i++) {
    const one = Buffer.alloc(mebibyte, `mebibyte ${i} of ${n}; `);
    for (let at = 0; at < one.length; at += 65_537) yield one.subarray(at, at + 65_537);
  }
}

const digestOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return hash.digest("hex");
};

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

describe("the S3 store on MinIO", () => {
  let minio: StartedMinio;
  let store: OpenS3Store;
  const log = recordingLog();
  beforeAll(async () => {
    minio = await startMinio();
    store = openS3Store(minio, await probeS3Store(minio), log);
  });
  afterAll(async () => {
    await store.close();
    await minio.close();
  });

  /** MinIO lists the unfinished uploads of one key only. */
  const partsLeftAt = async (key: ObjectKey): Promise<number> => {
    const command = new ListMultipartUploadsCommand({ Bucket: minio.bucket, Prefix: key });
    return (await minio.client.send(command)).Uploads?.length ?? 0;
  };

  it("has the objects of probes removed that were killed an hour ago, and no others", async () => {
    const left = [".groups-server/probe/killed/put-absent", ".groups-server/probe/killed/delete-matching"];
    const other = ".groups-server/other";
    for (const Key of [...left, other]) {
      await minio.client.send(new PutObjectCommand({ Bucket: minio.bucket, Key, Body: "x" }));
    }
    const keysLeft = async () => {
      const listing = new ListObjectsV2Command({ Bucket: minio.bucket, Prefix: ".groups-server/" });
      return ((await minio.client.send(listing)).Contents ?? []).map(({ Key }) => Key);
    };
    const afterStart = async (ahead: number) => {
      const connection = connectS3(minio, recordingLog());
      const probe = startProbe(connection, { now: () => Date.now() / 1000 + ahead });
      await probe.cleanedUp;
      await probe.close();
      await connection.close();
      return keysLeft();
    };
    expect(await afterStart(3500)).toEqual([other, ...left].toSorted());
    expect(await afterStart(3700)).toEqual([other]);
  });

  it.each([0, 1, 8, 9, 16, 40])("stores and returns %i MiB of unknown length", async (size) => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(size)), always, never);
    const object = await store.read(key, never);
    expect(object).toMatchObject({
      size: size * mebibyte,
      contentType: "application/json",
      contentEncoding: "gzip",
    });
    expect(await digestOf(object?.body ?? mebibytes(0))).toBe(await digestOf(mebibytes(size)));
    expect(await partsLeftAt(key)).toBe(0);
  });

  it("leaves no parts of a body that throws after its last chunk", async () => {
    const key = newKey();
    const fault = new Error("That was no JSON.");
    async function* body() {
      yield* mebibytes(30);
      throw fault;
    }
    await expect(store.write(key, gzipOf(body()), always, never)).rejects.toBe(fault);
    expect(await store.stat(key, never)).toBeUndefined();
    expect(await partsLeftAt(key)).toBe(0);
  });

  it("leaves no parts when the upload is aborted while it waits for the body", async () => {
    const key = newKey();
    const abort = new AbortController();
    const reason = new Error("The client has gone.");
    let left = false;
    async function* body() {
      try {
        yield* mebibytes(30);
        setTimeout(() => abort.abort(reason), 200);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        yield* mebibytes(1);
      } finally {
        left = true;
      }
    }
    expect(
      await secondsOf(() =>
        expect(store.write(key, gzipOf(body()), always, abort.signal)).rejects.toBe(reason),
      ),
    ).toBeLessThan(3);
    expect(await partsLeftAt(key)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(left).toBe(true);
  });

  it("creates an object once for several large uploads, and leaves no parts of the others", async () => {
    const key = newKey();
    const writers = Array.from({ length: 4 }, () =>
      store.write(key, gzipOf(mebibytes(10)), { kind: "absent" }, never),
    );
    const outcomes = await Promise.all(writers);
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
    expect(await partsLeftAt(key)).toBe(0);
  });

  it("does not replace an object that was replaced during a large upload", async () => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(1)), always, never);
    const { etag } = (await store.stat(key, never)) ?? expect.unreachable();
    async function* body() {
      yield* mebibytes(10);
      await store.write(key, gzipOf(mebibytes(2)), always, never);
      yield* mebibytes(10);
    }
    const outcome = await store.write(key, gzipOf(body()), { kind: "matches", etags: [etag] }, never);
    expect(outcome).toBe("precondition-failed");
    expect(await store.stat(key, never)).toMatchObject({ size: 2 * mebibyte });
    expect(await partsLeftAt(key)).toBe(0);
  });

  it("releases the socket of every download that is aborted or not read to its end", async () => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(10)), always, never);
    // More than there are sockets.
    for (let n = 0; n < 150; n++) {
      const abort = new AbortController();
      const object = await store.read(key, abort.signal);
      const iterator = object?.body[Symbol.asyncIterator]();
      if (n % 3 > 0) await iterator?.next();
      if (n % 2 > 0) abort.abort(new Error("The client has gone."));
      else await iterator?.return?.();
    }
    expect(await store.stat(key, never)).toBeDefined();
  });

  it("has no timeout for slow readers", async () => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(20)), always, never);
    const object = await store.read(key, never);
    let size = 0;
    for await (const chunk of object?.body ?? []) {
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 6000));
      size += chunk.length;
    }
    expect(size).toBe(20 * mebibyte);
  });

  it("lists more names than fit in a page, in order", async () => {
    const prefix = "many/datasets/" as KeyPrefix;
    const names = Array.from({ length: 1100 }, (_, n) => `${String(n).padStart(5, "0")}.json`);
    for (let at = 0; at < names.length; at += 50) {
      const some = names.slice(at, at + 50);
      await Promise.all(
        some.map((name) => store.write(`${prefix}${name}` as ObjectKey, gzipOf(mebibytes(0)), always, never)),
      );
    }
    expect(await Array.fromAsync(store.list(prefix, never))).toEqual(names);
  });

  it("buffers little of a large upload", async () => {
    const key = newKey();
    let most = 0;
    async function* body() {
      let chunks = 0;
      for await (const chunk of mebibytes(300)) {
        if (chunks++ % 10 === 0) most = Math.max(most, liveBytes());
        yield chunk;
      }
    }
    const before = liveBytes();
    await store.write(key, gzipOf(body()), always, never);
    expect((most - before) / mebibyte).toBeLessThan(60);
  });

  const expectDownSoon = async (work: () => Promise<unknown>) => {
    expect(await secondsOf(() => expect(work()).rejects.toBeInstanceOf(StoreDown))).toBeLessThan(5);
  };

  it("throws StoreDown within five seconds while the store hangs, and recovers", async () => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(1)), always, never);
    await minio.pause();
    try {
      await Promise.all([
        expectDownSoon(() => store.stat(key, never)),
        expectDownSoon(() => store.read(key, never)),
        expectDownSoon(() => store.write(key, gzipOf(mebibytes(1)), always, never)),
        expectDownSoon(() => store.write(key, gzipOf(mebibytes(30)), always, never)),
        expectDownSoon(() => store.remove(key, always, never)),
        expectDownSoon(() => Array.fromAsync(store.list("a/" as KeyPrefix, never))),
        expectDownSoon(() => store.ready(never)),
      ]);
    } finally {
      await minio.unpause();
    }
    expect(await store.stat(key, never)).toBeDefined();
  });

  it("throws StoreDown when the store stops in the middle of an upload or a download", async () => {
    const key = newKey();
    await store.write(key, gzipOf(mebibytes(40)), always, never);
    const object = await store.read(key, never);
    const target = newKey();
    let went: Promise<void> | undefined;
    async function* body() {
      yield* mebibytes(20);
      went = minio.stop();
      await went;
      yield* mebibytes(20);
    }
    await expect(store.write(target, gzipOf(body()), always, never)).rejects.toBeInstanceOf(StoreDown);
    await expect(digestOf(object?.body ?? mebibytes(0))).rejects.toBeInstanceOf(StoreDown);
    await expectDownSoon(() => store.stat(key, never));
    await minio.start();
    expect(await store.stat(key, never)).toMatchObject({ size: 40 * mebibyte });
    expect(await store.stat(target, never)).toBeUndefined();
  });
});
