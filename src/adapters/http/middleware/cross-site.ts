import { CrossSite } from "../../../domain/failure.ts";
import type { Context, Middleware } from "../context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { hasSessionCookie } from "./session-cookie.ts";

const safeMethods = ["GET", "HEAD", "OPTIONS"];

/**
 * Whether Sec-Fetch-Site or Origin says that a page of another origin sent this request. Clients that are no browsers
 * send neither header.
 */
export const isCrossSite = (ctx: Context): boolean => {
  const site = ctx.get("Sec-Fetch-Site");
  if (site !== "" && site !== "same-origin" && site !== "none") return true;
  const origin = ctx.get("Origin");
  // Forms of pages with `Referrer-Policy: no-referrer` send Origin: null (Fetch, "append a request Origin header").
  if (origin === "null" && site === "same-origin") return false;
  return origin !== "" && origin !== ctx.state.origin;
};

/**
 * Protects sessions from cross-site request forgery: rejects unsafe methods that come with a session cookie from another
 * origin. SameSite=Lax does the same except for sibling subdomains.
 */
export const rejectCrossSite =
  (cookies: CookieSettings): Middleware =>
  (ctx, next) => {
    if (!safeMethods.includes(ctx.method) && hasSessionCookie(ctx, cookies) && isCrossSite(ctx))
      throw new CrossSite();
    return next();
  };

/** Lets scripts of any origin read a public response, without credentials (CORS). */
export const allowAnyOrigin = (ctx: Context): void => {
  ctx.set("Access-Control-Allow-Origin", "*");
  ctx.set("Access-Control-Expose-Headers", "*");
};
