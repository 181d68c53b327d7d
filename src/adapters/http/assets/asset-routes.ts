import type { Site } from "../../../domain/site.ts";
import type { AuspiceClient } from "../../../ports/driven/resources/auspice-client.ts";
import type { Context, Middleware } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import type { Asset } from "./asset.ts";
import { assets } from "./asset.ts";
import { siteAssets } from "./site-assets.ts";

/** The static files of Auspice and of our own pages: public, cacheable, and sent without cookies. */
export const assetRoutes =
  (auspice: AuspiceClient, site: Site): Middleware =>
  (ctx, next) => {
    if (/^\/(dist\/|favicon\.(png|ico)$)/i.test(ctx.path)) return sendAuspiceFile(ctx, auspice);
    if (ctx.path === "/robots.txt") return sendRobots(ctx);
    if (!ctx.path.startsWith("/assets/")) return next();
    sendAsset(ctx, assets().get(ctx.path) ?? siteAsset(site, ctx.path));
  };

/** Search engines may read public pages. They have no use for interfaces of programs and for logins (RFC 9309). */
const robots = [
  "User-agent: *",
  ...["/charon/", "/login", "/logout", "/whoami", "/sessions", "/invitations/", "/shared/"].map(
    (path) => `Disallow: ${path}`,
  ),
  "",
].join("\n");

const sendRobots = (ctx: Context): void => {
  if (ctx.method !== "GET" && ctx.method !== "HEAD") return;
  ctx.type = "text/plain; charset=utf-8";
  ctx.set("Cache-Control", "public, max-age=86400");
  ctx.body = robots;
};

const sendAuspiceFile = async (ctx: Context, auspice: AuspiceClient): Promise<void> => {
  const response = await auspice.answer({
    method: ctx.method,
    // Browsers request /favicon.ico on their own, and accept any image type.
    path: ctx.path.replace(/^\/[^/]+/, (first) => first.toLowerCase()).replace(/\.ico$/, ".png"),
    ifNoneMatch: ctx.req.headers["if-none-match"],
    accepts: (coding) => ctx.acceptsEncodings(coding) === coding,
  });
  // An unknown method is 404 on every route here, not 405 (http-api.md section 1).
  if (response.status === 404 || response.status === 405) return;
  allowAnyOrigin(ctx);
  ctx.status = response.status;
  if (response.body)
    ctx.body = Buffer.from(response.body.buffer, response.body.byteOffset, response.body.length);
  ctx.set(response.headers);
};

const siteAsset = (site: Site, path: string): Asset | undefined => {
  const { logo, accent } = siteAssets(site);
  return [logo, accent].find((asset) => asset?.path === path);
};

/** An SVG file may hold scripts, which run when it is opened by itself. */
const svgPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

const sendAsset = (ctx: Context, asset: Asset | undefined): void => {
  if (!asset || (ctx.method !== "GET" && ctx.method !== "HEAD")) return;
  ctx.status = 200;
  ctx.set({
    "Content-Type": asset.type,
    ETag: asset.etag,
    "Cache-Control": "public, max-age=31536000, immutable",
  });
  if (asset.type.startsWith("image/svg")) ctx.set("Content-Security-Policy", svgPolicy);
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = asset.body;
  ctx.set("Content-Type", asset.type);
};
