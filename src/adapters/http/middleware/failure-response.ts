import type { Failure } from "../../../domain/failure.ts";
import { isFailure, NotFound } from "../../../domain/failure.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Context, Middleware } from "../context.ts";
import { errorPolicy } from "../pages/content-security-policy.ts";
import { renderError } from "../pages/error-page.ts";
import { loginEndOf, loginHref } from "../pages/frame.ts";
import { isBrowserLike, wantsJson } from "../requests/negotiation.ts";
import { briefLimits, drain } from "../streaming/request-body.ts";
import { failureAnswer } from "./failure-answer.ts";
import { privateCache } from "./security-headers.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { keepUntold } from "./untold-end.ts";

/** Headers that describe a body which is not sent after all. */
const bodyHeaders = [
  "Content-Disposition",
  "Content-Encoding",
  "Content-Length",
  "Content-Type",
  "ETag",
  "Last-Modified",
  "Access-Control-Allow-Origin",
  "Access-Control-Expose-Headers",
];

/** A page for somebody who looked for something that is not there; false: this request gets none. */
export type NotFoundPage = (ctx: Context) => Promise<boolean>;

/** What there is inside the session layer only. */
interface Inside {
  readonly cookies: CookieSettings;
  readonly notFoundPage: NotFoundPage;
}

/**
 * The only catch. It stands inside the session layer, since Koa's own handler drops cookies, and once more
 * outside of everything, for what fails before and in the session layer itself.
 */
export const answerFailures =
  (log: Log, inside?: Inside): Middleware =>
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
      await answer(ctx, error, log, inside);
    }
  };

const answer = async (ctx: Context, error: unknown, log: Log, inside: Inside | undefined): Promise<void> => {
  const failure = isFailure(error) ? error : undefined;
  const { status, headers } = failure ? failureAnswer(failure) : { status: 500, headers: {} };
  if (status >= 500) {
    const code = failure?.code ?? "fault";
    log.write({
      event: "request-failed",
      id: ctx.state.id,
      code,
      cause: failure ? (failure.cause ?? failure) : error,
    });
  }
  await drain(ctx, failure?.code === "busy" ? briefLimits : undefined);
  for (const name of bodyHeaders) ctx.remove(name);
  ctx.set({ "Cache-Control": privateCache, ...headers });
  ctx.vary("Accept");
  if (failure?.code === "login-required" && isReading(ctx) && isBrowserLike(ctx)) {
    const { caller } = ctx.state;
    if (inside && caller.kind === "anonymous" && caller.loginEnd)
      keepUntold(ctx, inside.cookies, caller.loginEnd);
    ctx.redirect(loginHref(ctx.originalUrl));
    return;
  }
  ctx.status = status;
  await writeBody(ctx, failure, status, inside?.notFoundPage);
};

/**
 * Where a login that came to nothing begins anew, on the way to the same page where that is known. The page that it
 * ended at cannot be loaded again, also when an outage was the reason: its code and its cookie are used up.
 */
const retryHref = (ctx: Context, failure: Failure | undefined): string | undefined => {
  if (failure?.code === "sign-in-failed") return loginHref(failure.returnTo ?? "/");
  return /^\/logged-in\/?$/i.test(ctx.path) ? "/login" : undefined;
};

const isReading = (ctx: Context): boolean => ctx.method === "GET" || ctx.method === "HEAD";

const writeBody = async (
  ctx: Context,
  failure: Failure | undefined,
  status: number,
  notFoundPage: NotFoundPage | undefined,
): Promise<void> => {
  // Absent where a request failed before it was asked who sent it.
  const caller: Caller | undefined = ctx.state.caller;
  const whyLogin = failure?.code === "login-required" ? loginEndOf(caller) : undefined;
  const said = failure?.message ?? "Something went wrong here. The operator finds more in the log.";
  const message = whyLogin === undefined ? said : `${said} ${whyLogin}`;
  if (wantsJson(ctx)) {
    ctx.type = "application/json; charset=utf-8";
    ctx.body = JSON.stringify({ error: message });
    return;
  }
  if (status === 404 && isReading(ctx) && (await notFoundPage?.(ctx))) {
    ctx.status = 404;
    return;
  }
  ctx.status = status;
  ctx.type = "text/html; charset=utf-8";
  ctx.set("Content-Security-Policy", errorPolicy());
  const username = caller?.kind === "user" ? caller.user.username : undefined;
  const again = retryHref(ctx, failure);
  ctx.body = renderError({ status, message, requestId: ctx.state.id, retryHref: again, username });
};
