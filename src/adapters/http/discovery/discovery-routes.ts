import type { Discovery } from "../../../ports/driving/discovery.ts";
import type { Context, Middleware } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { sendJson } from "../requests/json-response.ts";

/** `/.well-known/openid-configuration`, before authentication: clients fetch it with credentials that may be invalid (CLI-5). */
export const discoveryRoutes =
  (discovery: Discovery): Middleware =>
  (ctx, next) => {
    const isGet = ctx.method === "GET" || ctx.method === "HEAD";
    return isGet && discoveryPath.test(ctx.path) ? sendDiscovery(ctx, discovery) : next();
  };

const discoveryPath = /^\/\.well-known\/openid-configuration\/?$/i;

const sendDiscovery = async (ctx: Context, discovery: Discovery): Promise<void> => {
  const document = await discovery(ctx.state.origin);
  allowAnyOrigin(ctx);
  ctx.set("Cache-Control", "no-cache");
  sendJson(ctx, document);
};
