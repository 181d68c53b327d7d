import compress from "koa-compress";
import type { Context, Middleware } from "../context.ts";

/** Looked for first, since looking at all that a client accepts takes longer. */
const refusal = /;\s*q=0/i;

/** In bytes. */
const threshold = 1024;

/** Compresses answers on their way, if they are long, of a compressible type and not compressed already. */
export const compressAnswers = (): Middleware => {
  const compressed = compress({ br: false, zstd: false, threshold });
  return async (ctx, next) => {
    await next();
    if (ctx.res.hasHeader("Content-Encoding") || isShort(ctx) || refusesAll(ctx)) return;
    await compressed(ctx, nothing);
    if (ctx.res.hasHeader("Content-Encoding")) weakenTag(ctx);
  };
};

const nothing = async (): Promise<void> => undefined;

/** Of fewer bytes than koa-compress would take; most answers are, and need not be looked at any further. */
const isShort = (ctx: Context): boolean => {
  const length = ctx.res.getHeader("Content-Length");
  return length !== undefined && Number(length) < threshold;
};

/** koa-compress 5.2 fails when a client refuses every coding, `identity` too; such a one gets `identity`. */
const refusesAll = (ctx: Context): boolean =>
  refusal.test(ctx.get("Accept-Encoding")) && ctx.acceptsEncodings("gzip", "deflate", "identity") === false;

/** A strong tag stands for the very bytes, and these are others now (RFC 9110 section 8.8.3.3). */
const weakenTag = (ctx: Context): void => {
  const tag = ctx.response.etag;
  if (tag?.startsWith('"')) ctx.set("ETag", `W/${tag}`);
};
