import type { Seconds } from "../../domain/brand.ts";
import type { Context } from "./context.ts";

/** A failed upload is read to its end before it is answered, but no longer than this. */
export interface DrainLimits {
  readonly bytes: number;
  readonly time: Seconds;
}

const usualLimits: DrainLimits = { bytes: 2e9, time: 120 };

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
  if (isWaiting || !(await readToEnd(ctx, limits))) ctx.set("Connection", "close");
};

const readToEnd = async (ctx: Context, { bytes, time }: DrainLimits): Promise<boolean> => {
  const rest = ctx.req.iterator({ destroyOnReturn: false });
  let left = bytes;
  let timer: NodeJS.Timeout | undefined;
  // A client that falls silent is no reason to wait longer either.
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, time * 1000, "late");
  });
  try {
    for (;;) {
      const next = await Promise.race([rest.next(), late]);
      if (next === "late") return false;
      if (next.done) return true;
      left -= (next.value as Uint8Array).length;
      if (left < 0) return false;
    }
  } catch {
    // The client is gone: there is nobody to answer, and the log has the failure that led here.
    return false;
  } finally {
    clearTimeout(timer);
  }
};
