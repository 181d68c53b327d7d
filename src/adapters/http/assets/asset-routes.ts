import type { AuspiceClient } from "../../../ports/driven/resources/auspice-client.ts";
import type { Context, Middleware } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { assets } from "./asset.ts";

/** Auspice's files and those of our own pages: the same for everybody, and never with a cookie. */
export const assetRoutes =
  (auspice: AuspiceClient): Middleware =>
  (ctx, next) => {
    if (/^\/(dist\/|favicon\.(png|ico)$)/i.test(ctx.path)) return answerAuspice(ctx, auspice);
    if (!ctx.path.startsWith("/assets/")) return next();
    answerOwn(ctx);
  };

const answerAuspice = async (ctx: Context, auspice: AuspiceClient): Promise<void> => {
  const answer = await auspice.answer({
    method: ctx.method,
    // Browsers ask for /favicon.ico by themselves, and take any image.
    path: ctx.path.replace(/^\/[^/]+/, (first) => first.toLowerCase()).replace(/\.ico$/, ".png"),
    ifNoneMatch: ctx.req.headers["if-none-match"],
    accepts: (coding) => ctx.acceptsEncodings(coding) === coding,
  });
  // Methods that a route does not know are 404 everywhere here (http-api.md section 1).
  if (answer.status === 404 || answer.status === 405) return;
  allowAnyOrigin(ctx);
  ctx.status = answer.status;
  if (answer.body) ctx.body = Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.length);
  ctx.set(answer.headers);
};

const answerOwn = (ctx: Context): void => {
  const asset = assets().get(ctx.path);
  if (!asset || (ctx.method !== "GET" && ctx.method !== "HEAD")) return;
  ctx.status = 200;
  ctx.set({
    "Content-Type": asset.type,
    ETag: asset.etag,
    "Cache-Control": "public, max-age=31536000, immutable",
  });
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = asset.body;
  ctx.set("Content-Type", asset.type);
};
