import type { Discovery } from "../../ports/driving/discovery.ts";
import type { Middleware } from "./context.ts";
import { allowAnyOrigin } from "./cross-site.ts";
import { answerJson } from "./json-answer.ts";

/** `/.well-known/openid-configuration`: whoever asks gets it, with whatever credentials (CLI-5). */
export const discoveryRoutes =
  (discovery: Discovery): Middleware =>
  async (ctx, next) => {
    const isIt = ctx.path.toLowerCase().replace(/\/$/, "") === "/.well-known/openid-configuration";
    if (!isIt || (ctx.method !== "GET" && ctx.method !== "HEAD")) return next();
    const document = await discovery(ctx.state.origin);
    allowAnyOrigin(ctx);
    ctx.set("Cache-Control", "no-cache");
    answerJson(ctx, document);
  };
