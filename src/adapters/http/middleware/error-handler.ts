import type { Failure } from "../../../domain/failure.ts";
import { isFailure, NotFound } from "../../../domain/failure.ts";
import type { Site } from "../../../domain/site.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Context, Middleware } from "../context.ts";
import { errorPolicy } from "../pages/content-security-policy.ts";
import type { ErrorDocument } from "../pages/errors/error-page.ts";
import { renderError, renderErrorPage } from "../pages/errors/error-page.ts";
import { accessRequestHref } from "../pages/hrefs.ts";
import { loginEndMessage, loginHref } from "../pages/layout.ts";
import type { Pages } from "../pages/pages.ts";
import { acceptsHtml, prefersJson } from "../requests/negotiation.ts";
import { hasSecret } from "../secret-addresses/secret-path.ts";
import { briefDrainLimits, drain } from "../streaming/request-body.ts";
import { failureStatus } from "./failure-status.ts";
import { setLoginEndNotice } from "./login-end-notice.ts";
import { noStore } from "./security-headers.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { decodePath } from "./traversal.ts";

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
  readonly pages: Pages;
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
  await sendErrorBody(ctx, failure, { status, site, log, session });
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
  readonly log: Log;
  readonly session: SessionOptions | undefined;
}

const sendErrorBody = async (
  ctx: Context,
  failure: Failure | undefined,
  { status, site, log, session }: ErrorOptions,
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
  if (status === 404 && isGet(ctx) && (await session?.notFoundPage(ctx))) {
    ctx.status = 404;
    return;
  }
  const username = caller.kind === "user" ? caller.user.username : undefined;
  const requestId = ctx.state.id;
  const content = {
    site,
    status,
    message,
    requestId,
    isSecretAddress: hasSecret(ctx.path),
    loginHref: hasSecret(ctx.path) ? loginHref(ctx.originalUrl) : undefined,
    retryHref: retryHref(ctx, failure),
    username,
  };
  ctx.status = status;
  try {
    if (session) return sendErrorPage(ctx, session, failure, content);
  } catch (cause) {
    log.write({ event: "request-failed", id: requestId, code: "fault", cause });
  }
  ctx.status = status;
  ctx.type = "text/html; charset=utf-8";
  ctx.set("Content-Security-Policy", errorPolicy(site));
  ctx.body = renderError(content);
};

/** The frame of all pages needs the session layer. */
const sendErrorPage = (
  ctx: Context,
  { pages }: SessionOptions,
  failure: Failure | undefined,
  content: ErrorDocument,
): void => {
  const isDenied = failure?.code === "not-allowed" && ctx.state.caller.kind === "user";
  const accessRequest =
    isDenied && !content.site?.areRolesAtProvider && isGet(ctx) ? accessRequestTo(ctx) : undefined;
  const layout = pages.layout(ctx);
  // Nobody comes back from a login to a form that was sent, or to a login that failed.
  const login = content.retryHref ?? (isGet(ctx) ? layout.loginHref : (content.loginHref ?? "/login"));
  pages.send(ctx, renderErrorPage({ ...content, layout: { ...layout, loginHref: login }, accessRequest }));
  ctx.status = content.status;
};

/** The group in the address, which may not exist: nothing of the page tells. */
const accessRequestTo = (ctx: Context) => {
  const [, segment] = /^\/groups\/([^/]+)/i.exec(ctx.path) ?? [];
  if (segment === undefined) return undefined;
  const group = decodePath(segment);
  return { group, href: accessRequestHref(group) };
};
