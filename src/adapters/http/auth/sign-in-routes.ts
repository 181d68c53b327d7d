import Router from "@koa/router";
import { Busy, StoreDown } from "../../../domain/failure.ts";
import type { ReturnPath } from "../../../domain/sessions/return-path.ts";
import { home, parseReturnPath } from "../../../domain/sessions/return-path.ts";
import type { Context, RequestState } from "../context.ts";
import { isCrossSite } from "../middleware/cross-site.ts";
import { readSessionCookies } from "../middleware/session-cookie.ts";
import { clearSession, switchSession } from "../middleware/session-layer.ts";
import type { Pages } from "../pages/pages.ts";
import { describeUserAgent } from "../requests/user-agent.ts";
import { clearAttempt, readAttempt } from "./attempt-cookie.ts";
import type { LoginDeps } from "./begin-login.ts";
import { beginLogin, isSpeculative } from "./begin-login.ts";

interface Deps extends LoginDeps {
  readonly pages: Pages;
}

/** `/login`, `/logged-in`, `/logout` (sessions-and-authentication.md sections 6 and 7). */
export const signInRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.use(skipSpeculativeLoads);
  router.get("/login", (ctx) => beginLogin(ctx, d, requestedReturnPath(ctx)));
  router.get("/logged-in", (ctx) => finish(ctx, d));
  router.get("/logout", (ctx) => (isUserInitiated(ctx) ? logOut(ctx, d) : d.pages.logout(ctx)));
  router.post("/logout", (ctx) => logOut(ctx, d));
  return router;
};

/**
 * These GET requests have side effects, so that HEAD (RFC 9110 section 9.2.1) and speculative loads are not
 * processed.
 */
const skipSpeculativeLoads = (ctx: Context, next: () => Promise<unknown>): unknown => {
  if (ctx.method !== "HEAD" && !isSpeculative(ctx)) return next();
  if (!isSpeculative(ctx)) ctx.redirect(home);
  else {
    ctx.status = 503;
    ctx.body = "";
  }
  return undefined;
};

/** Whether the user navigated here from our own page or the address bar. Any other GET needs a confirmation. */
const isUserInitiated = (ctx: Context): boolean =>
  !isCrossSite(ctx) && !hasForeignReferrer(ctx) && ["", "document"].includes(ctx.get("Sec-Fetch-Dest"));

/** For browsers without Sec-Fetch-Site (Safari 16.3 and older), which send Referer. */
const hasForeignReferrer = (ctx: Context): boolean => {
  const referer = ctx.get("Referer");
  return URL.canParse(referer) && new URL(referer).origin !== ctx.state.origin;
};

/** The path to return to after the login: the parameter `return_to`, or the page of ours in Referer. */
const requestedReturnPath = (ctx: Context): ReturnPath => {
  const parameter = ctx.URL.searchParams.get("return_to");
  if (parameter !== null) return parseReturnPath(parameter) ?? home;
  const referer = ctx.get("Referer");
  if (!URL.canParse(referer)) return home;
  const { origin, pathname, search } = new URL(referer);
  return (origin === ctx.state.origin ? parseReturnPath(pathname + search) : undefined) ?? home;
};

const finish = async (ctx: Context, d: Deps): Promise<void> => {
  const query = ctx.URL.searchParams;
  const state = query.get("state") ?? "";
  if (!query.has("code") && !query.has("error")) return beginLogin(ctx, d, home);
  const sealedAttempt = readAttempt(ctx, d.cookies, state);
  const browser = { session: ctx.state.session, client: describeUserAgent(ctx.get("User-Agent")) };
  const login = await d.admission
    .run(ctx, "login", () => d.signIn.finish({ sealedAttempt, state, query: ctx.querystring }, browser))
    .catch((error: unknown) => {
      // The store has not marked the attempt as used, so that the user can reload the page.
      if (sealedAttempt !== undefined && !(error instanceof StoreDown || error instanceof Busy))
        clearAttempt(ctx, d.cookies, state);
      throw error;
    });
  clearAttempt(ctx, d.cookies, state);
  await switchSession(ctx, login.session);
  ctx.redirect(login.returnTo);
};

const logOut = async (ctx: Context, d: Deps): Promise<void> => {
  const sentIds = new Set(readSessionCookies(ctx, d.cookies));
  const url = await d.signIn.logOut(ctx.state.origin, ctx.state.session, sentIds);
  clearSession(ctx);
  ctx.redirect(url ?? home);
};
