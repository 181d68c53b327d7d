import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { drain } from "../../../../src/adapters/http/streaming/request-body.ts";
import { liveBytes } from "../../../support/measuring/live-bytes.ts";

/** A refused upload, and the headers that its answer is given. */
const refused = (headers: Readonly<Record<string, string>> = { "Transfer-Encoding": "chunked" }) => {
  const body = new PassThrough();
  const answered: Record<string, string> = {};
  const ctx = {
    method: "PUT",
    req: body,
    state: {},
    get: (name: string) => headers[name] ?? "",
    set: (name: string, value: string) => {
      answered[name] = value;
    },
  };
  return { ctx: ctx as unknown as Context, body, answered };
};

/** In bytes and seconds: more of either than a test needs. */
const ample = { bytes: 1000, pieces: 1000, time: 60 };
const closes = { Connection: "close" };

describe("what is left of a refused upload", () => {
  it("is read to its end when it is as long as it may be, and the connection is kept", async () => {
    const { ctx, body, answered } = refused();
    body.write(Buffer.alloc(600));
    body.end(Buffer.alloc(400));
    await drain(ctx, ample);
    expect([body.readableEnded, answered]).toEqual([true, {}]);
  });

  it("is cut off after the answer when it is a byte longer", async () => {
    const { ctx, body, answered } = refused();
    body.write(Buffer.alloc(600));
    body.write(Buffer.alloc(401));
    await drain(ctx, ample);
    expect([body.destroyed, answered]).toEqual([false, closes]);
  });

  it("is read no faster than 50 MB a second, together with what is left of others", async () => {
    const began = performance.now();
    const two = [refused(), refused()];
    const reading = two.map(({ ctx }) => drain(ctx, { bytes: 1e9, pieces: 1e6, time: 60 }));
    for (const { body } of two) {
      for (let piece = 0; piece < 200; piece += 1) body.write(Buffer.alloc(65_536));
      body.end();
    }
    await Promise.all(reading);
    expect(two.map(({ answered }) => answered)).toEqual([{}, {}]);
    expect(performance.now() - began).toBeGreaterThan(400);
  });

  it("is cut off after the answer when it comes in too many pieces", async () => {
    const { ctx, body, answered } = refused();
    for (let piece = 0; piece < 4; piece += 1) body.write(".");
    await drain(ctx, { ...ample, pieces: 3 });
    expect(answered).toEqual(closes);
  });

  it("is cut off after the answer when a hundred others are being read", async () => {
    const others = Array.from({ length: 100 }, () => refused());
    const reading = others.map(({ ctx }) => drain(ctx, ample));
    const { ctx, body, answered } = refused();
    body.end("rest");
    await drain(ctx, ample);
    expect(answered).toEqual(closes);
    for (const other of others) other.body.end();
    await Promise.all(reading);
    expect(others.map((other) => other.answered)).toEqual(others.map(() => ({})));
    const next = refused();
    next.body.end("rest");
    await drain(next.ctx, ample);
    expect(next.answered).toEqual({});
  });

  it.each([
    ["large", 1_000_000, 60],
    ["of one byte", 1, 200_000],
  ])("is not kept while it is read, be its pieces %s", async (_, size, pieces) => {
    const { ctx, body } = refused();
    const held = () => liveBytes() + process.memoryUsage().heapUsed;
    const before = held();
    const over = drain(ctx, { bytes: 1e9, pieces: 1e9, time: 60 });
    for (let piece = 0; piece < pieces; piece += 1) {
      if (!body.write(Buffer.allocUnsafeSlow(size))) await once(body, "drain");
    }
    const kept = held() - before;
    body.end();
    await over;
    expect(kept).toBeLessThan(5_000_000);
    expect(body.readableEnded).toBe(true);
  });

  it("is cut off after the answer when it takes too long, though something always comes", async () => {
    const { ctx, body, answered } = refused();
    const trickle = setInterval(() => body.write("."), 5);
    await drain(ctx, { ...ample, time: 0.03 });
    clearInterval(trickle);
    expect([body.destroyed, answered]).toEqual([false, closes]);
  });

  it("is cut off after the answer when nothing comes", async () => {
    const { ctx, body, answered } = refused();
    await drain(ctx, { ...ample, time: 0.01 });
    expect([body.destroyed, answered]).toEqual([false, closes]);
  });

  it("is cut off when its client goes away", async () => {
    const { ctx, body, answered } = refused();
    const over = drain(ctx, ample);
    body.destroy(new Error("gone"));
    await over;
    expect(answered).toEqual(closes);
  });

  it("is not waited for when the client waits itself", async () => {
    const { ctx, answered } = refused({ "Content-Length": "10", Expect: "100-continue" });
    await drain(ctx, ample);
    expect(answered).toEqual(closes);
  });

  it("is nothing without a body", async () => {
    const { ctx, answered } = refused({});
    await drain(ctx, ample);
    expect(answered).toEqual({});
  });
});
