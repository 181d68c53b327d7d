import Router from "@koa/router";
import { ProviderDown } from "../../domain/failure.ts";
import { loginAttemptLifetime } from "../../domain/login-attempt.ts";
import type { ReturnPath } from "../../domain/return-path.ts";
import { home, parseReturnPath } from "../../domain/return-path.ts";
import type { Login } from "../../domain/session.ts";
import { isOfAnotherProviderSession } from "../../domain/session-owner.ts";
import type { SealedText } from "../../domain/token-set.ts";
import type { Sessions } from "../../ports/driving/sessions.ts";
import type { SignIn } from "../../ports/driving/sign-in.ts";
import { clientKind } from "./client-kind.ts";
import type { Context, RequestState } from "./context.ts";
import { isCrossSite } from "./cross-site.ts";
import type { Pages } from "./page-answer.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { cookieAttributes } from "./session-cookie.ts";

interface Deps {
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly cookies: CookieSettings;
  readonly pages: Pages;
}

/** `/login`, `/logged-in`, `/logout` (sessions-and-authentication.md sections 6 and 7). */
export const signInRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get("/login", (ctx) => begin(ctx, d, returnTarget(ctx)));
  router.get("/logged-in", (ctx) => finish(ctx, d));
  router.get("/logout", (ctx) => (isAsked(ctx) ? end(ctx, d) : d.pages.logout(ctx)));
  router.post("/logout", (ctx) => end(ctx, d));
  return router;
};

/** Somebody followed a link of ours or typed the address; another site's page or an image may not log out. */
const isAsked = (ctx: Context): boolean =>
  !isCrossSite(ctx) && !comesFromElsewhere(ctx) && ["", "document"].includes(ctx.get("Sec-Fetch-Dest"));

/** Browsers from before Sec-Fetch-Site (Safari 16.3) still tell where a link was. */
const comesFromElsewhere = (ctx: Context): boolean => {
  const referer = ctx.get("Referer");
  return URL.canParse(referer) && new URL(referer).origin !== ctx.state.origin;
};

/** Each login has a cookie of its own, so that two tabs can log in at once; it holds the attempt, sealed. */
const attemptCookie = "nextstrain.org-login-";
const stateChars = 16;

/** Logins that were never finished; more of them would make a request's headers too long. */
const maxPending = 4;

/** Asked for by name, or the page of ours that the browser comes from. */
const returnTarget = (ctx: Context): ReturnPath => {
  const named = ctx.URL.searchParams.get("return_to");
  if (named !== null) return parseReturnPath(named) ?? home;
  const referer = ctx.get("Referer");
  if (!URL.canParse(referer)) return home;
  const { origin, pathname, search } = new URL(referer);
  return (origin === ctx.state.origin ? parseReturnPath(pathname + search) : undefined) ?? home;
};

const begin = async (ctx: Context, d: Deps, returnTo: ReturnPath): Promise<void> => {
  const { authorizationUrl, state, sealedAttempt } = await d.signIn.begin(ctx.state.origin, returnTo);
  for (const name of pendingAttempts(ctx).slice(0, -maxPending + 1)) forget(ctx, d, name);
  ctx.cookies.set(attemptCookie + state.slice(0, stateChars), sealedAttempt, {
    ...cookieAttributes(d.cookies),
    domain: undefined,
    maxAge: loginAttemptLifetime * 1000,
  });
  ctx.redirect(authorizationUrl);
};

/** Oldest first, as browsers send them (RFC 6265 section 5.4). */
const pendingAttempts = (ctx: Context): string[] =>
  Array.from(ctx.get("Cookie").matchAll(/(?<=^|;\s*)nextstrain\.org-login-[\w-]+(?==)/g), ([name]) => name);

const forget = (ctx: Context, d: Deps, name: string): void => {
  ctx.cookies.set(name, "", { ...cookieAttributes(d.cookies), domain: undefined, expires: new Date(0) });
};

const finish = async (ctx: Context, d: Deps): Promise<void> => {
  const query = ctx.URL.searchParams;
  const state = query.get("state") ?? "";
  const name = attemptCookie + state.slice(0, stateChars);
  if (!query.has("code") && !query.has("error")) return begin(ctx, d, home);
  const sealed = /^[\w-]+$/.test(name.slice(attemptCookie.length)) ? ctx.cookies.get(name) : undefined;
  if (sealed !== undefined) forget(ctx, d, name);
  ctx.state.nextSessionId = d.sessions.newId();
  const finished = await d.signIn.finish(
    ctx.state.nextSessionId,
    sealed as SealedText | undefined,
    state,
    ctx.querystring,
  );
  try {
    await beginSession(ctx, d, finished.login);
  } catch (error) {
    d.signIn.abandon(ctx.state.nextSessionId, finished.login);
    throw error;
  }
  ctx.redirect(finished.returnTo);
};

/** Under a new id: one that somebody slipped into this browser before the login is worth nothing after it. */
const beginSession = async (ctx: Context, d: Deps, login: Login): Promise<void> => {
  if (!ctx.session) throw new Error("the session layer is missing");
  const client = clientKind(ctx.get("User-Agent"));
  await leaveFormer(ctx, d, login);
  ctx.session.login = client === undefined ? login : { ...login, client };
  await ctx.session.regenerate();
};

/** A browser that goes over to another login leaves the old one at the provider too. */
const leaveFormer = async (ctx: Context, d: Deps, login: Login): Promise<void> => {
  const { session } = ctx.state;
  const former = session.kind === "session" ? session.stored.session.login : undefined;
  if (session.kind === "session" && former && isOfAnotherProviderSession(former, login)) {
    await d.sessions.logOut(session.id);
  }
};

const end = async (ctx: Context, d: Deps): Promise<void> => {
  const { session } = ctx.state;
  // Saying "logged out" while the session lives on would be a lie.
  if (session.kind === "session-unread") throw session.cause;
  const [id, login] = session.kind === "session" ? [session.id, session.stored.session.login] : [];
  if (id) await d.sessions.logOut(id);
  ctx.session = null;
  const url = await d.signIn.endSessionUrl(ctx.state.origin, id, login).catch((error: unknown) => {
    // With the provider away, the session here ends all the same.
    if (error instanceof ProviderDown) return undefined;
    throw error;
  });
  ctx.redirect(url ?? home);
};
