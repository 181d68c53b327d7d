import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compression } from "../../../../src/adapters/content/gzip/compression.ts";
import { UnusableObject } from "../../../../src/domain/failure.ts";

const collect = async (stream: AsyncIterable<Uint8Array>) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const gunzip = (...chunks: Uint8Array[]) =>
  compression().gunzip(
    (async function* () {
      yield* chunks;
    })(),
  );

const halves = (whole: Buffer, at: number) => [whole.subarray(0, at), whole.subarray(at)];

describe("compression", () => {
  const plain = Buffer.concat([randomBytes(200_000), Buffer.alloc(3_000_000, "text ")]);
  const compressed = gzipSync(plain);

  it("decompresses gzip", async () => {
    expect((await collect(gunzip(...halves(compressed, 1000)))).equals(plain)).toBe(true);
  });

  it("concatenates several gzip members, wherever they are split into chunks", async () => {
    const [first, second] = [gzipSync("first "), gzipSync("second")];
    const both = Buffer.concat([first, second]);
    for (let at = 0; at <= both.length; at += 1) {
      expect((await collect(gunzip(...halves(both, at)))).toString()).toBe("first second");
    }
  });

  it("ignores zero padding after the file, however it is split into chunks", async () => {
    const padded = [gzipSync("first"), Buffer.alloc(5), Buffer.alloc(5), Buffer.alloc(5)];
    expect((await collect(gunzip(...padded))).toString()).toBe("first");
    expect((await collect(gunzip(Buffer.concat(padded)))).toString()).toBe("first");
  });

  it.each([
    ["is truncated", compressed.subarray(0, -1)],
    ["is truncated in its header", compressed.subarray(0, 1)],
    ["has a wrong checksum", Buffer.concat([compressed.subarray(0, -8), Buffer.alloc(8)])],
    ["is not gzip", plain],
    ["is empty", Buffer.alloc(0)],
  ])("throws UnusableObject for a stored file that %s", async (_, stored) => {
    await expect(collect(gunzip(...halves(stored, stored.length >> 1)))).rejects.toThrow(UnusableObject);
  });

  it("rethrows the store's error", async () => {
    const failure = new Error("the store went away");
    const body = async function* () {
      yield compressed.subarray(0, 1000);
      throw failure;
    };
    await expect(collect(compression().gunzip(body()))).rejects.toBe(failure);
  });

  it("never reads ahead of its consumer, and closes the source when the consumer stops", async () => {
    let chunksRead = 0;
    let isClosed = false;
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const body = async function* () {
      try {
        for (const chunk of [bomb, bomb, bomb]) {
          chunksRead += 1;
          yield chunk;
        }
      } finally {
        isClosed = true;
      }
    };
    let size = 0;
    for await (const chunk of compression().gunzip(body())) {
      size += chunk.length;
      if (size > 1_000_000) break;
    }
    expect(chunksRead).toBe(1);
    expect(isClosed).toBe(true);
  });
});
