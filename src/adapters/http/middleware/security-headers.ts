import type { Middleware } from "../context.ts";
import { hasSecret } from "../secret-addresses/secret-path.ts";

/** Cache-Control of pages, redirects, errors and everything about people: no cache may store it. */
export const noStore = "private, no-store";

/** Cache-Control of a group's data: only the client's own cache may store it, and revalidates it each time. */
export const revalidate = "private, no-cache";

/** Vary of every response, since any may be compressed. */
export const defaultVary = "Accept-Encoding";

const defaultHeaders = new Map([
  ["Cache-Control", noStore],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "same-origin"],
  ["X-Frame-Options", "DENY"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Vary", defaultVary],
]);

/** Sets the default headers of every response, which routes may replace. */
export const securityHeaders = (): Middleware => (ctx, next) => {
  ctx.res.setHeaders(defaultHeaders);
  // "same-origin" would repeat the address to this server's own logs, with the page's styles and links.
  if (hasSecret(ctx.path)) ctx.set("Referrer-Policy", "no-referrer");
  return next();
};
