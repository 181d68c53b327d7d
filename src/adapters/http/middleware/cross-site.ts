import { CrossSite } from "../../../domain/failure.ts";
import type { Context, Middleware } from "../context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { carriesSessionCookie } from "./session-cookie.ts";

const safeMethods = ["GET", "HEAD", "OPTIONS"];

/** Whether a browser says that another origin's page is behind this request; silence is no sign of it. */
export const isCrossSite = (ctx: Context): boolean => {
  const site = ctx.get("Sec-Fetch-Site");
  if (site !== "" && site !== "same-origin" && site !== "none") return true;
  const origin = ctx.get("Origin");
  return origin !== "" && origin !== ctx.state.origin;
};

/**
 * Refuses changes that another site's page tries to make with this browser's session. SameSite=Lax keeps
 * most of them away already, but not those of a sibling subdomain.
 */
export const refuseCrossSite =
  (cookies: CookieSettings): Middleware =>
  (ctx, next) => {
    if (!safeMethods.includes(ctx.method) && carriesSessionCookie(ctx, cookies) && isCrossSite(ctx))
      throw new CrossSite();
    return next();
  };

/** Lets scripts of other origins read what anybody may read, without credentials. */
export const allowAnyOrigin = (ctx: Context): void => {
  ctx.set("Access-Control-Allow-Origin", "*");
  ctx.set("Access-Control-Expose-Headers", "*");
};
