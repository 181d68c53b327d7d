import type { Middleware } from "../context.ts";

/** What nobody may keep: pages, redirects, errors, and whatever is about people. */
export const privateCache = "private, no-store";

/** Data of a group: kept by the reader alone, and asked for again each time. */
export const dataCache = "private, no-cache";

/** Any answer may be compressed on its way. */
export const commonVary = "Accept-Encoding";

const headers = new Map([
  ["Cache-Control", privateCache],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "same-origin"],
  ["X-Frame-Options", "DENY"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Vary", commonVary],
]);

/** Headers for every answer; routes that know better replace them. */
export const securityHeaders = (): Middleware => (ctx, next) => {
  ctx.res.setHeaders(headers);
  return next();
};
