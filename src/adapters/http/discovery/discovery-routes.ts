import type { Discovery } from "../../../ports/driving/discovery.ts";
import type { Context, Middleware } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { answerJson } from "../requests/json-answer.ts";

/** `/.well-known/openid-configuration`: whoever asks gets it, with whatever credentials (CLI-5). */
export const discoveryRoutes =
  (discovery: Discovery): Middleware =>
  (ctx, next) => {
    const isReading = ctx.method === "GET" || ctx.method === "HEAD";
    return isReading && address.test(ctx.path) ? answerDiscovery(ctx, discovery) : next();
  };

const address = /^\/\.well-known\/openid-configuration\/?$/i;

const answerDiscovery = async (ctx: Context, discovery: Discovery): Promise<void> => {
  const document = await discovery(ctx.state.origin);
  allowAnyOrigin(ctx);
  ctx.set("Cache-Control", "no-cache");
  answerJson(ctx, document);
};
