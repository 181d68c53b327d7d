import { finished } from "node:stream";
import type { Seconds } from "../../../domain/brand.ts";
import type { Context } from "../context.ts";

/** How much of a rejected upload is read before its response is sent. */
export interface DrainLimits {
  readonly bytes: number;
  /** One-byte chunks cost a thousand times as much as their bytes do. */
  readonly chunks: number;
  readonly time: Seconds;
}

const defaultDrainLimits: DrainLimits = { bytes: 2e9, chunks: 500_000, time: 120 };

/** For an overloaded server: enough for the response to arrive. */
export const briefDrainLimits: DrainLimits = { bytes: 50e6, chunks: 10_000, time: 5 };

/** How many rejected uploads are drained concurrently; the connections of further ones are closed. */
const maxDrains = 100;
let activeDrains = 0;

/** The rate of all drains together, so that rejected uploads do not slow accepted requests down. */
const drainBytesPerSecond = 50e6;
/** How far the drains may be ahead of that rate. */
const burstMs = 100;
/** When what has been drained would be through at that rate, by `performance.now()`. */
let drainedUntilMs = 0;

/** How many milliseconds to pause after a chunk of this size. */
const throttleDelay = (bytes: number): number => {
  const now = performance.now();
  drainedUntilMs = Math.max(now, drainedUntilMs) + (bytes / drainBytesPerSecond) * 1000;
  return Math.max(0, drainedUntilMs - now - burstMs);
};

const methodsWithoutBody = ["GET", "HEAD", "DELETE", "OPTIONS"];

const expectsContinue = (ctx: Context): boolean => ctx.get("Expect").toLowerCase() === "100-continue";

export const hasBody = (ctx: Context): boolean =>
  ctx.get("Transfer-Encoding") !== "" || ctx.get("Content-Length") !== "";

/** The request's body as a stream. A reader that stops early leaves the connection open. */
export const requestBody = (ctx: Context): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]() {
    // 100 Continue is sent when reading begins, after all other checks, so that the client need not send a body that
    // would be rejected.
    if (expectsContinue(ctx)) {
      ctx.res.writeContinue();
      ctx.state.isContinueSent = true;
    }
    return ctx.req.iterator({ destroyOnReturn: false });
  },
});

/**
 * Reads and discards the rest of a rejected upload, since the Nextstrain CLI and some proxies read the response only
 * after they have sent the request (CLI-32). Beyond the limits the connection is closed after the response.
 */
export const drain = async (ctx: Context, limits: DrainLimits = defaultDrainLimits): Promise<void> => {
  const hasNoBody = methodsWithoutBody.includes(ctx.method) || !hasBody(ctx);
  if (hasNoBody || ctx.req.readableEnded || ctx.req.destroyed) return;
  const isClientWaiting = expectsContinue(ctx) && !ctx.state.isContinueSent;
  if (isClientWaiting || activeDrains >= maxDrains) {
    ctx.set("Connection", "close");
    return;
  }
  activeDrains += 1;
  try {
    if (!(await discardBody(ctx, limits))) ctx.set("Connection", "close");
  } finally {
    activeDrains -= 1;
  }
};

/** Resolves with whether the body ended within the limits. */
const discardBody = ({ req }: Context, limits: DrainLimits): Promise<boolean> =>
  new Promise((resolve) => {
    let [bytes, chunks] = [limits.bytes, limits.chunks];
    let pauseTimer: NodeJS.Timeout | undefined;
    const settle = (isComplete: boolean): void => {
      clearTimeout(timer);
      clearTimeout(pauseTimer);
      req.off("data", onData);
      stopWatching();
      req.pause();
      resolve(isComplete);
    };
    const onData = (chunk: Uint8Array): void => {
      bytes -= chunk.length;
      chunks -= 1;
      const delay = throttleDelay(chunk.length);
      if (bytes < 0 || chunks < 0) settle(false);
      else if (delay > 0) {
        req.pause();
        pauseTimer = setTimeout(() => req.resume(), delay);
      }
    };
    const timer = setTimeout(settle, limits.time * 1000, false);
    // An error here means that the client has disconnected; the log has the failure that the upload was rejected for.
    const stopWatching = finished(req, { writable: false }, (error) => settle(error == null));
    req.on("data", onData).resume();
  });
