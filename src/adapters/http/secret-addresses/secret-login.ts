import { isFailure } from "../../../domain/failure.ts";
import { home, parseReturnPath } from "../../../domain/sessions/return-path.ts";
import type { LoginDeps } from "../auth/begin-login.ts";
import { beginLogin, isSpeculative } from "../auth/begin-login.ts";
import type { Middleware } from "../context.ts";
import { setLoginEndNotice } from "../middleware/login-end-notice.ts";
import { acceptsHtml } from "../requests/negotiation.ts";
import { hasSecret } from "./secret-path.ts";

/**
 * Begins the login that a page with a secret in its address needs (LoginRequired) at that very address. `/login` would
 * get the address as a parameter, which proxies and browsers log; here only the sealed attempt has it.
 */
export const secretLogin =
  (d: LoginDeps): Middleware =>
  async (ctx, next) => {
    if (!hasSecret(ctx.path)) return next();
    try {
      await next();
    } catch (error) {
      const isLoginRequired = isFailure(error) && error.code === "login-required";
      if (!isLoginRequired || ctx.method !== "GET" || !acceptsHtml(ctx)) throw error;
      if (isSpeculative(ctx)) {
        ctx.status = 503;
        ctx.body = "";
        return;
      }
      const { caller } = ctx.state;
      if (caller.kind === "anonymous" && caller.loginEnd) setLoginEndNotice(ctx, d.cookies, caller.loginEnd);
      await beginLogin(ctx, d, parseReturnPath(ctx.originalUrl) ?? home);
    }
  };
