import type { Failure } from "../../../domain/failure.ts";
import { isFailure, NotFound } from "../../../domain/failure.ts";
import type { Site } from "../../../domain/site.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Context, Middleware } from "../context.ts";
import { errorPolicy } from "../pages/content-security-policy.ts";
import { renderError } from "../pages/error-page.ts";
import { loginEndMessage, loginHref } from "../pages/layout.ts";
import { acceptsHtml, prefersJson } from "../requests/negotiation.ts";
import { hasSecret } from "../secret-addresses/secret-path.ts";
import { briefDrainLimits, drain } from "../streaming/request-body.ts";
import { failureStatus } from "./failure-status.ts";
import { setLoginEndNotice } from "./login-end-notice.ts";
import { noStore } from "./security-headers.ts";
import type { CookieSettings } from "./session-cookie.ts";

/** Headers of the representation that the error's body replaces. */
const representationHeaders = [
  "Content-Disposition",
  "Content-Encoding",
  "Content-Length",
  "Content-Type",
  "ETag",
  "Last-Modified",
  "Access-Control-Allow-Origin",
  "Access-Control-Expose-Headers",
];

/** Sends a 404 page with more than the message; false: this request gets the plain one. */
export type NotFoundPage = (ctx: Context) => Promise<boolean>;

interface ErrorDeps {
  readonly log: Log;
  readonly site: Site;
}

/** What the error handler needs inside the session layer. */
interface SessionOptions {
  readonly cookies: CookieSettings;
  readonly notFoundPage: NotFoundPage;
}

/**
 * Turns errors into responses. It is used twice: inside the session layer, whose cookies Koa's own error handler would
 * drop, and outside of it (without `session`) for errors of the session layer and of the middleware before.
 */
export const handleErrors =
  ({ log, site }: ErrorDeps, session?: SessionOptions): Middleware =>
  async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) {
        throw new NotFound("There is nothing at this address.");
      }
    } catch (error) {
      if (ctx.state.signal.aborted) return;
      if (ctx.res.headersSent) {
        ctx.res.destroy();
        throw error;
      }
      await sendError(ctx, error, { log, site }, session);
    }
  };

const sendError = async (
  ctx: Context,
  error: unknown,
  { log, site }: ErrorDeps,
  session: SessionOptions | undefined,
): Promise<void> => {
  const failure = isFailure(error) ? error : undefined;
  const { status, headers } = failure ? failureStatus(failure) : { status: 500, headers: {} };
  if (status >= 500) {
    const code = failure?.code ?? "fault";
    log.write({
      event: "request-failed",
      id: ctx.state.id,
      code,
      cause: failure ? (failure.cause ?? failure) : error,
    });
  }
  await drain(ctx, failure?.code === "busy" ? briefDrainLimits : undefined);
  for (const name of representationHeaders) ctx.remove(name);
  ctx.set({ "Cache-Control": noStore, ...headers });
  ctx.vary("Accept");
  // Where the address has a secret, `secretLogin` has decided already.
  if (failure?.code === "login-required" && isGet(ctx) && acceptsHtml(ctx) && !hasSecret(ctx.path)) {
    const { caller } = ctx.state;
    if (session && caller.kind === "anonymous" && caller.loginEnd)
      setLoginEndNotice(ctx, session.cookies, caller.loginEnd);
    ctx.redirect(loginHref(ctx.originalUrl));
    return;
  }
  ctx.status = status;
  await sendErrorBody(ctx, failure, { status, site, notFoundPage: session?.notFoundPage });
};

/**
 * The address at which a failed login starts again, with its return target if that is known. Reloading the callback
 * would not help, not even after an outage: its code and its cookie have been used.
 */
const retryHref = (ctx: Context, failure: Failure | undefined): string | undefined => {
  if (failure?.code === "sign-in-failed") return loginHref(failure.returnTo ?? "/");
  return /^\/logged-in\/?$/i.test(ctx.path) ? "/login" : undefined;
};

const isGet = (ctx: Context): boolean => ctx.method === "GET" || ctx.method === "HEAD";

interface ErrorOptions {
  readonly status: number;
  readonly site: Site;
  readonly notFoundPage: NotFoundPage | undefined;
}

const sendErrorBody = async (
  ctx: Context,
  failure: Failure | undefined,
  { status, site, notFoundPage }: ErrorOptions,
): Promise<void> => {
  const { caller } = ctx.state;
  const loginEnd = failure?.code === "login-required" ? loginEndMessage(caller) : undefined;
  const reason = failure?.message ?? "Something went wrong here. The operator finds more in the log.";
  const message = loginEnd === undefined ? reason : `${reason} ${loginEnd}`;
  if (prefersJson(ctx)) {
    ctx.type = "application/json; charset=utf-8";
    ctx.body = JSON.stringify({ error: message });
    return;
  }
  if (status === 404 && isGet(ctx) && (await notFoundPage?.(ctx))) {
    ctx.status = 404;
    return;
  }
  ctx.status = status;
  ctx.type = "text/html; charset=utf-8";
  ctx.set("Content-Security-Policy", errorPolicy());
  const username = caller.kind === "user" ? caller.user.username : undefined;
  ctx.body = renderError({
    site,
    status,
    message,
    requestId: ctx.state.id,
    loginHref: hasSecret(ctx.path) ? loginHref(ctx.originalUrl) : undefined,
    retryHref: retryHref(ctx, failure),
    username,
  });
};
