import type { Readiness } from "../../../ports/driving/health.ts";
import type { Context, Middleware } from "../context.ts";

/**
 * `/healthz` (liveness) and `/readyz` (readiness), before sessions, origins and redirects: probes have no cookie and call
 * the server by any name.
 */
export const healthRoutes =
  (readiness: Readiness): Middleware =>
  (ctx, next) => {
    if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
    if (ctx.path === "/readyz") return sendReadiness(ctx, readiness);
    if (ctx.path !== "/healthz") return next();
    ctx.body = { status: "ok" };
  };

const sendReadiness = async (ctx: Context, readiness: Readiness): Promise<void> => {
  const missing = await readiness();
  ctx.status = missing.length === 0 ? 200 : 503;
  ctx.body = missing.length === 0 ? { status: "ready" } : { status: "not ready", missing };
};
