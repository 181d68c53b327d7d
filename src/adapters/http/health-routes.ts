import type { Readiness } from "../../ports/driving/health.ts";
import type { Middleware } from "./context.ts";

/** `/healthz`: the process runs. `/readyz`: what it needs answers. Before sessions, origins and redirects. */
export const healthRoutes =
  (readiness: Readiness): Middleware =>
  async (ctx, next) => {
    if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
    if (ctx.path === "/healthz") {
      ctx.body = { status: "ok" };
    } else if (ctx.path === "/readyz") {
      const missing = await readiness();
      ctx.status = missing.length === 0 ? 200 : 503;
      ctx.body = missing.length === 0 ? { status: "ready" } : { status: "not ready", missing };
    } else await next();
  };
