import compress from "koa-compress";
import type { Context, Middleware } from "./context.ts";

/** Looked for first, since looking at all that a client accepts takes longer. */
const refusal = /;\s*q=0/i;

/** Compresses answers on their way, if they are long, of a compressible type and not compressed already. */
export const compressAnswers = (): Middleware => {
  const compressed = compress({ br: false, zstd: false });
  return async (ctx, next) => {
    let wasEncoded = false;
    await compressed(ctx, async () => {
      await next();
      wasEncoded = ctx.res.hasHeader("Content-Encoding");
      // koa-compress 5.2 fails when a client refuses every coding, `identity` too; such a one gets `identity`.
      if (
        refusal.test(ctx.get("Accept-Encoding")) &&
        ctx.acceptsEncodings("gzip", "deflate", "identity") === false
      )
        ctx.compress = false;
    });
    if (!wasEncoded && ctx.res.hasHeader("Content-Encoding")) weakenTag(ctx);
  };
};

/** A strong tag stands for the very bytes, and these are others now (RFC 9110 section 8.8.3.3). */
const weakenTag = (ctx: Context): void => {
  const tag = ctx.response.etag;
  if (tag?.startsWith('"')) ctx.set("ETag", `W/${tag}`);
};
