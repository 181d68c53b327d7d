import { describe, expect, it } from "vitest";
import { withEventLoopYields } from "../../../../src/adapters/http/streaming/event-loop-yields.ts";

const kib = 1024;

/** A stream whose chunks are always available, as of a socket whose sender is faster than its reader. */
const fastStream = (chunks: number, size: number) => {
  const state = { yielded: 0, isClosed: false };
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () =>
        state.yielded++ < chunks
          ? { done: false, value: new Uint8Array(size) }
          : { done: true, value: undefined },
      return: async () => {
        state.isClosed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { body, state };
};

describe("a stream that yields to the event loop", () => {
  it("does so every 256 KiB", async () => {
    let turns = 0;
    let isRunning = true;
    const count = () => {
      turns += 1;
      if (isRunning) setImmediate(count);
    };
    setImmediate(count);
    let received = 0;
    for await (const chunk of withEventLoopYields(fastStream(64, 64 * kib).body)) received += chunk.length;
    isRunning = false;
    expect(received).toBe(64 * 64 * kib);
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it("closes its source when it is closed, even before it started", async () => {
    const { body, state } = fastStream(1, kib);
    await withEventLoopYields(body)[Symbol.asyncIterator]().return?.();
    expect(state).toEqual({ yielded: 0, isClosed: true });
  });

  it("collects garbage every few megabytes, where Node exposes it", async () => {
    const collections: unknown[] = [];
    const { gc } = globalThis;
    globalThis.gc = ((options: unknown) => collections.push(options)) as unknown as NonNullable<typeof gc>;
    try {
      const chunk = new Uint8Array(64 * 1024);
      const body = async function* () {
        for (let sent = 0; sent < 12 * 1024 * 1024; sent += chunk.length) yield chunk;
      };
      for await (const _ of withEventLoopYields(body()));
    } finally {
      if (gc) globalThis.gc = gc;
      else delete (globalThis as { gc?: unknown }).gc;
    }
    expect(collections.length).toBeGreaterThanOrEqual(2);
    expect(collections.length).toBeLessThanOrEqual(4);
    expect(collections[0]).toEqual({ type: "minor" });
  });
});
