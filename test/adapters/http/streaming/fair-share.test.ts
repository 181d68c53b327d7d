import { describe, expect, it } from "vitest";
import { inShares } from "../../../../src/adapters/http/streaming/fair-share.ts";

const kib = 1024;

/** Chunks that are always at hand, as from a socket whose sender is faster than we are. */
const atHand = (chunks: number, size: number) => {
  const state = { given: 0, left: false };
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () =>
        state.given++ < chunks
          ? { done: false, value: new Uint8Array(size) }
          : { done: true, value: undefined },
      return: async () => {
        state.left = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { body, state };
};

describe("a transfer in shares", () => {
  it("gives others their turn every 256 KiB", async () => {
    let turns = 0;
    let going = true;
    const count = () => {
      turns += 1;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    let received = 0;
    for await (const chunk of inShares(atHand(64, 64 * kib).body)) received += chunk.length;
    going = false;
    expect(received).toBe(64 * 64 * kib);
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it("leaves the body when it is left, even before it began", async () => {
    const { body, state } = atHand(1, kib);
    await inShares(body)[Symbol.asyncIterator]().return?.();
    expect(state).toEqual({ given: 0, left: true });
  });

  it("has what was passed on collected now and then, where Node allows it", async () => {
    const collections: unknown[] = [];
    const { gc } = globalThis;
    globalThis.gc = ((options: unknown) => collections.push(options)) as unknown as NonNullable<typeof gc>;
    try {
      const chunk = new Uint8Array(64 * 1024);
      const body = async function* () {
        for (let sent = 0; sent < 12 * 1024 * 1024; sent += chunk.length) yield chunk;
      };
      for await (const _ of inShares(body()));
    } finally {
      if (gc) globalThis.gc = gc;
      else delete (globalThis as { gc?: unknown }).gc;
    }
    expect(collections.length).toBeGreaterThanOrEqual(2);
    expect(collections.length).toBeLessThanOrEqual(4);
    expect(collections[0]).toEqual({ type: "minor" });
  });
});
