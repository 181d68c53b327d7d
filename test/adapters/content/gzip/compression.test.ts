import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compression } from "../../../../src/adapters/content/gzip/compression.ts";
import { UnusableObject } from "../../../../src/domain/failure.ts";

const collect = async (pieces: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

const gunzip = (...pieces: Uint8Array[]) =>
  compression().gunzip(
    (async function* () {
      yield* pieces;
    })(),
  );

const halves = (whole: Buffer, at: number) => [whole.subarray(0, at), whole.subarray(at)];

describe("compression", () => {
  const plain = Buffer.concat([randomBytes(200_000), Buffer.alloc(3_000_000, "text ")]);
  const packed = gzipSync(plain);

  it("gives back what was compressed", async () => {
    expect((await collect(gunzip(...halves(packed, 1000)))).equals(plain)).toBe(true);
  });

  it("reads several gzip members as one, wherever they are split", async () => {
    const [first, second] = [gzipSync("first "), gzipSync("second")];
    const both = Buffer.concat([first, second]);
    for (let at = 0; at <= both.length; at += 1) {
      expect((await collect(gunzip(...halves(both, at)))).toString()).toBe("first second");
    }
  });

  it("passes over zeros behind the file, which some archives pad with, however they are split", async () => {
    const padded = [gzipSync("first"), Buffer.alloc(5), Buffer.alloc(5), Buffer.alloc(5)];
    expect((await collect(gunzip(...padded))).toString()).toBe("first");
    expect((await collect(gunzip(Buffer.concat(padded)))).toString()).toBe("first");
  });

  it.each([
    ["is cut off", packed.subarray(0, -1)],
    ["is cut off in its header", packed.subarray(0, 1)],
    ["has a wrong checksum", Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)])],
    ["is no gzip", plain],
    ["is empty", Buffer.alloc(0)],
  ])("says so when what is stored %s", async (_, stored) => {
    await expect(collect(gunzip(...halves(stored, stored.length >> 1)))).rejects.toThrow(UnusableObject);
  });

  it("passes the store's own failure through", async () => {
    const failure = new Error("the store went away");
    const body = async function* () {
      yield packed.subarray(0, 1000);
      throw failure;
    };
    await expect(collect(compression().gunzip(body()))).rejects.toBe(failure);
  });

  it("reads no further than its reader, and closes the source when the reader leaves", async () => {
    let given = 0;
    let isClosed = false;
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const body = async function* () {
      try {
        for (const piece of [bomb, bomb, bomb]) {
          given += 1;
          yield piece;
        }
      } finally {
        isClosed = true;
      }
    };
    let size = 0;
    for await (const piece of compression().gunzip(body())) {
      size += piece.length;
      if (size > 1_000_000) break;
    }
    expect(given).toBe(1);
    expect(isClosed).toBe(true);
  });
});
