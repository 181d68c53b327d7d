import { parseCookie } from "cookie";
import { loginAttemptLifetime } from "../../../domain/sessions/login-attempt.ts";
import type { LoginEnd } from "../../../domain/sessions/session.ts";
import { parseLoginEnd } from "../../../domain/sessions/session.ts";
import type { Context } from "../context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { cookieAttributes } from "./session-cookie.ts";

/**
 * A flash cookie with the reason why a login ended, for the next page. Users who request a private page afterwards are
 * redirected to the provider, which may log them in without showing anything.
 */
const cookieName = ({ secure }: CookieSettings): string =>
  `${secure ? "__Host-" : ""}nextstrain.org-login-end`;

const noticeAttributes = (settings: CookieSettings) => ({ ...cookieAttributes(settings), domain: undefined });

export const setLoginEndNotice = (ctx: Context, settings: CookieSettings, end: LoginEnd): void => {
  const maxAge = loginAttemptLifetime * 1000;
  ctx.cookies.set(cookieName(settings), end, { ...noticeAttributes(settings), maxAge });
};

/** Undefined: no notice is pending. */
export const readLoginEndNotice = (ctx: Context, settings: CookieSettings): LoginEnd | undefined =>
  parseLoginEnd(parseCookie(ctx.req.headers.cookie ?? "")[cookieName(settings)]);

export const clearLoginEndNotice = (ctx: Context, settings: CookieSettings): void => {
  ctx.cookies.set(cookieName(settings), "", { ...noticeAttributes(settings), expires: new Date(0) });
};
