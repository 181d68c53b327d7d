import type { Context } from "./context.ts";
import { pagePolicy } from "./pages/content-security-policy.ts";
import type { Frame } from "./pages/frame.ts";
import { loginHref } from "./pages/frame.ts";
import { renderLogout } from "./pages/logout.ts";

/** Puts pages into their frame and sends them. */
export interface Pages {
  frame(ctx: Context): Frame;
  send(ctx: Context, html: string): void;
  logout(ctx: Context): void;
}

/** `formTargets`: origins of the provider, where the logout button's redirect leads. */
export const pages = (formTargets: readonly string[]): Pages => {
  const policy = pagePolicy(formTargets);
  const frame = (ctx: Context): Frame => {
    const { caller } = ctx.state;
    return {
      user: caller.kind === "user" ? { username: caller.user.username } : undefined,
      unproven: caller.kind === "unproven",
      loginHref: loginHref(ctx.url),
      path: ctx.url,
    };
  };
  const send = (ctx: Context, html: string): void => {
    ctx.set("Content-Security-Policy", policy);
    ctx.type = "text/html; charset=utf-8";
    ctx.body = html;
  };
  return { frame, send, logout: (ctx) => send(ctx, renderLogout({ frame: frame(ctx) })) };
};
