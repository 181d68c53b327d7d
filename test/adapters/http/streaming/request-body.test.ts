import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { drain } from "../../../../src/adapters/http/streaming/request-body.ts";
import { liveBytes } from "../../../support/measuring/live-bytes.ts";

/** A rejected upload, and the headers of its response. */
const rejectedUpload = (headers: Readonly<Record<string, string>> = { "Transfer-Encoding": "chunked" }) => {
  const body = new PassThrough();
  const responseHeaders: Record<string, string> = {};
  const ctx = {
    method: "PUT",
    req: body,
    state: {},
    get: (name: string) => headers[name] ?? "",
    set: (name: string, value: string) => {
      responseHeaders[name] = value;
    },
  };
  return { ctx: ctx as unknown as Context, body, responseHeaders };
};

/** In bytes and seconds; more than the tests need. */
const ample = { bytes: 1000, chunks: 1000, time: 60 };
const closes = { Connection: "close" };

describe("the rest of a rejected upload", () => {
  it("is read when it is within the limits, and the connection stays open", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    body.write(Buffer.alloc(600));
    body.end(Buffer.alloc(400));
    await drain(ctx, ample);
    expect([body.readableEnded, responseHeaders]).toEqual([true, {}]);
  });

  it("closes the connection after the response when it is a byte longer", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    body.write(Buffer.alloc(600));
    body.write(Buffer.alloc(401));
    await drain(ctx, ample);
    expect([body.destroyed, responseHeaders]).toEqual([false, closes]);
  });

  it("is read at no more than 50 MB a second, together with others", async () => {
    const startedAt = performance.now();
    const uploads = [rejectedUpload(), rejectedUpload()];
    const reading = uploads.map(({ ctx }) => drain(ctx, { bytes: 1e9, chunks: 1e6, time: 60 }));
    for (const { body } of uploads) {
      for (let chunk = 0; chunk < 200; chunk += 1) body.write(Buffer.alloc(65_536));
      body.end();
    }
    await Promise.all(reading);
    expect(uploads.map(({ responseHeaders }) => responseHeaders)).toEqual([{}, {}]);
    expect(performance.now() - startedAt).toBeGreaterThan(400);
  });

  it("closes the connection after the response when it has too many chunks", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    for (let chunk = 0; chunk < 4; chunk += 1) body.write(".");
    await drain(ctx, { ...ample, chunks: 3 });
    expect(responseHeaders).toEqual(closes);
  });

  it("closes the connection after the response when a hundred others are being read", async () => {
    const others = Array.from({ length: 100 }, () => rejectedUpload());
    const reading = others.map(({ ctx }) => drain(ctx, ample));
    const { ctx, body, responseHeaders } = rejectedUpload();
    body.end("rest");
    await drain(ctx, ample);
    expect(responseHeaders).toEqual(closes);
    for (const other of others) other.body.end();
    await Promise.all(reading);
    expect(others.map((other) => other.responseHeaders)).toEqual(others.map(() => ({})));
    const next = rejectedUpload();
    next.body.end("rest");
    await drain(next.ctx, ample);
    expect(next.responseHeaders).toEqual({});
  });

  it.each([
    ["large", 1_000_000, 60],
    ["of one byte", 1, 200_000],
  ])("is not buffered while it is read in chunks %s", async (_, size, chunks) => {
    const { ctx, body } = rejectedUpload();
    const memoryUsed = () => liveBytes() + process.memoryUsage().heapUsed;
    const before = memoryUsed();
    const drained = drain(ctx, { bytes: 1e9, chunks: 1e9, time: 60 });
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      if (!body.write(Buffer.allocUnsafeSlow(size))) await once(body, "drain");
    }
    const growth = memoryUsed() - before;
    body.end();
    await drained;
    expect(growth).toBeLessThan(5_000_000);
    expect(body.readableEnded).toBe(true);
  });

  it("closes the connection after the response when it takes too long, though chunks keep arriving", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    const trickle = setInterval(() => body.write("."), 5);
    await drain(ctx, { ...ample, time: 0.03 });
    clearInterval(trickle);
    expect([body.destroyed, responseHeaders]).toEqual([false, closes]);
  });

  it("closes the connection after the response when nothing arrives", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    await drain(ctx, { ...ample, time: 0.01 });
    expect([body.destroyed, responseHeaders]).toEqual([false, closes]);
  });

  it("is given up when its client disconnects", async () => {
    const { ctx, body, responseHeaders } = rejectedUpload();
    const drained = drain(ctx, ample);
    body.destroy(new Error("gone"));
    await drained;
    expect(responseHeaders).toEqual(closes);
  });

  it("is not waited for when the client waits for 100 Continue", async () => {
    const { ctx, responseHeaders } = rejectedUpload({ "Content-Length": "10", Expect: "100-continue" });
    await drain(ctx, ample);
    expect(responseHeaders).toEqual(closes);
  });

  it("is not read when the request has no body", async () => {
    const { ctx, responseHeaders } = rejectedUpload({});
    await drain(ctx, ample);
    expect(responseHeaders).toEqual({});
  });
});
