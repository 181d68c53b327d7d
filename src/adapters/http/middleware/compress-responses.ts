import compress from "koa-compress";
import type { Context, Middleware } from "../context.ts";

/** A coding with weight 0. Looking for it first is faster than parsing each Accept-Encoding header. */
const zeroWeight = /;\s*q=0/i;

/** In bytes; shorter responses are not compressed. */
const minBytes = 1024;

/** Compresses responses that are long enough, of a compressible type and not encoded yet. */
export const compressResponses = (): Middleware => {
  const compressResponse = compress({ br: false, zstd: false, threshold: minBytes });
  return async (ctx, next) => {
    await next();
    if (ctx.res.hasHeader("Content-Encoding") || isShort(ctx) || acceptsNoCoding(ctx)) return;
    await compressResponse(ctx, noNext);
    if (ctx.res.hasHeader("Content-Encoding")) weakenETag(ctx);
  };
};

const noNext = async (): Promise<void> => undefined;

/** Most responses are below koa-compress's threshold, and need no further checks. */
const isShort = (ctx: Context): boolean => {
  const length = ctx.res.getHeader("Content-Length");
  return length !== undefined && Number(length) < minBytes;
};

/** koa-compress 5.2 throws when a client refuses every coding, `identity` too; such a client gets `identity`. */
const acceptsNoCoding = (ctx: Context): boolean =>
  zeroWeight.test(ctx.get("Accept-Encoding")) &&
  ctx.acceptsEncodings("gzip", "deflate", "identity") === false;

/** A strong ETag identifies the bytes, which compression has changed (RFC 9110 section 8.8.3.3). */
const weakenETag = (ctx: Context): void => {
  const { etag } = ctx.response;
  if (etag?.startsWith('"')) ctx.set("ETag", `W/${etag}`);
};
