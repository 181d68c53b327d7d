import { parseCookie } from "cookie";
import { loginAttemptLifetime } from "../../../domain/sessions/login-attempt.ts";
import type { LoginEnd } from "../../../domain/sessions/session.ts";
import { parseLoginEnd } from "../../../domain/sessions/session.ts";
import type { Context } from "../context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { cookieAttributes } from "./session-cookie.ts";

/**
 * Whose login has ended and who asks for a private page is led straight to the provider, which may log them in without
 * a word. Why the former login ended is kept in a cookie until a page has told them.
 */
const nameOf = ({ secure }: CookieSettings): string => `${secure ? "__Host-" : ""}nextstrain.org-login-end`;

const attributesOf = (settings: CookieSettings) => ({ ...cookieAttributes(settings), domain: undefined });

export const keepUntold = (ctx: Context, settings: CookieSettings, end: LoginEnd): void => {
  const maxAge = loginAttemptLifetime * 1000;
  ctx.cookies.set(nameOf(settings), end, { ...attributesOf(settings), maxAge });
};

/** Why the login before this one ended; undefined where there is nothing to tell. */
export const untoldEnd = (ctx: Context, settings: CookieSettings): LoginEnd | undefined =>
  parseLoginEnd(parseCookie(ctx.req.headers.cookie ?? "")[nameOf(settings)]);

export const forgetUntold = (ctx: Context, settings: CookieSettings): void => {
  ctx.cookies.set(nameOf(settings), "", { ...attributesOf(settings), expires: new Date(0) });
};
