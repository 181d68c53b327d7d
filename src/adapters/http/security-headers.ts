import type { Middleware } from "./context.ts";

/** What nobody may keep: pages, redirects, errors, and whatever is about people. */
export const privateCache = "private, no-store";

/** Data of a group: kept by the reader alone, and asked for again each time. */
export const dataCache = "private, no-cache";

/** Headers for every answer; routes that know better replace them. */
export const securityHeaders = (): Middleware => (ctx, next) => {
  ctx.set("Cache-Control", privateCache);
  ctx.set("X-Content-Type-Options", "nosniff");
  ctx.set("Referrer-Policy", "same-origin");
  ctx.set("X-Frame-Options", "DENY");
  ctx.set("Cross-Origin-Opener-Policy", "same-origin");
  return next();
};
