import type { Readiness } from "../../../ports/driving/health.ts";
import type { Context, Middleware } from "../context.ts";

/** `/healthz`: the process runs. `/readyz`: what it needs answers. Before sessions, origins and redirects. */
export const healthRoutes =
  (readiness: Readiness): Middleware =>
  (ctx, next) => {
    if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
    if (ctx.path === "/readyz") return answerReadiness(ctx, readiness);
    if (ctx.path !== "/healthz") return next();
    ctx.body = { status: "ok" };
  };

const answerReadiness = async (ctx: Context, readiness: Readiness): Promise<void> => {
  const missing = await readiness();
  ctx.status = missing.length === 0 ? 200 : 503;
  ctx.body = missing.length === 0 ? { status: "ready" } : { status: "not ready", missing };
};
