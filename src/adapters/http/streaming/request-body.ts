import { finished } from "node:stream";
import type { Seconds } from "../../../domain/brand.ts";
import type { Context } from "../context.ts";

/** A failed upload is read to its end before it is answered, but no longer than this. */
export interface DrainLimits {
  readonly bytes: number;
  /** Chunks as they arrive; an upload of one-byte chunks costs a thousand times what its bytes do. */
  readonly pieces: number;
  readonly time: Seconds;
}

const usualLimits: DrainLimits = { bytes: 2e9, pieces: 500_000, time: 120 };

/** For who is to come again: a server that has too much to do reads no more than the answer needs to arrive. */
export const briefLimits: DrainLimits = { bytes: 50e6, pieces: 10_000, time: 5 };

/** Refused uploads that are read at once, whoever sends them; more are cut off after their answers. */
const maxDrains = 100;
let drains = 0;

/** In bytes a second, by all of them together: what is refused must not cost those who are served their time. */
const drainRate = 50e6;
/** In milliseconds: for so long it may be faster. */
const burst = 100;
let drained = 0;

/** How many milliseconds to wait before more is read, after so many bytes. */
const pauseAfter = (bytes: number): number => {
  const now = performance.now();
  drained = Math.max(now, drained) + (bytes / drainRate) * 1000;
  return Math.max(0, drained - now - burst);
};

const bodiless = ["GET", "HEAD", "DELETE", "OPTIONS"];

const waitsForContinue = (ctx: Context): boolean => ctx.get("Expect").toLowerCase() === "100-continue";

export const hasBody = (ctx: Context): boolean =>
  ctx.get("Transfer-Encoding") !== "" || ctx.get("Content-Length") !== "";

/** The request's body as it comes; whoever stops reading leaves the connection as it is. */
export const requestBody = (ctx: Context): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]() {
    // Only when somebody reads, after all that can be checked before, conditions included: a client that
    // waits need not send what would be refused.
    if (waitsForContinue(ctx)) {
      ctx.res.writeContinue();
      ctx.state.continued = true;
    }
    return ctx.req.iterator({ destroyOnReturn: false });
  },
});

/**
 * Reads and forgets what is left of a refused upload, since the Nextstrain CLI and some proxies read the
 * answer only then (CLI-32). What is longer or slower than the limits is cut off after the answer.
 */
export const drain = async (ctx: Context, limits: DrainLimits = usualLimits): Promise<void> => {
  if (bodiless.includes(ctx.method) || !hasBody(ctx) || ctx.req.readableEnded || ctx.req.destroyed) return;
  const isWaiting = waitsForContinue(ctx) && !ctx.state.continued;
  if (isWaiting || drains >= maxDrains) {
    ctx.set("Connection", "close");
    return;
  }
  drains += 1;
  try {
    if (!(await readToEnd(ctx, limits))) ctx.set("Connection", "close");
  } finally {
    drains -= 1;
  }
};

/** Counts what comes and keeps nothing of it. False: there was more than the limits say, or the client has gone. */
const readToEnd = ({ req }: Context, limits: DrainLimits): Promise<boolean> =>
  new Promise((resolve) => {
    let [bytes, pieces] = [limits.bytes, limits.pieces];
    let pause: NodeJS.Timeout | undefined;
    const settle = (isWhole: boolean): void => {
      clearTimeout(timer);
      clearTimeout(pause);
      req.off("data", count);
      stopWatching();
      req.pause();
      resolve(isWhole);
    };
    const count = (piece: Uint8Array): void => {
      bytes -= piece.length;
      pieces -= 1;
      const milliseconds = pauseAfter(piece.length);
      if (bytes < 0 || pieces < 0) settle(false);
      else if (milliseconds > 0) {
        req.pause();
        pause = setTimeout(() => req.resume(), milliseconds);
      }
    };
    // A client that falls silent is no reason to wait longer either.
    const timer = setTimeout(settle, limits.time * 1000, false);
    // A client that has gone is nobody to answer, and the log has the failure that led here.
    const stopWatching = finished(req, { writable: false }, (error) => settle(error == null));
    req.on("data", count).resume();
  });
