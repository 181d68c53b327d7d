import type { GroupName } from "../../domain/group.ts";
import type { AuspiceClient } from "../../ports/driven/auspice-client.ts";
import type { Context } from "./context.ts";
import { auspicePage } from "./pages/auspice-page.ts";
import { formAction, pagePolicy } from "./pages/content-security-policy.ts";
import type { Frame } from "./pages/frame.ts";
import { loginHref } from "./pages/frame.ts";
import { renderLogout } from "./pages/logout.ts";

/** Puts pages into their frame and sends them. */
export interface Pages {
  frame(ctx: Context): Frame;
  send(ctx: Context, html: string): void;
  logout(ctx: Context): void;
  /** Auspice, with our bar above it; `group`: whose data it shows. */
  auspice(ctx: Context, group?: GroupName): void;
}

/** `formTargets`: origins of the provider, where the logout button's redirect leads. */
export const pages = (formTargets: () => readonly string[], client: AuspiceClient): Pages => {
  const renderAuspice = auspicePage(client.entrypoint);
  const frame = (ctx: Context): Frame => {
    const { caller } = ctx.state;
    return {
      user: caller.kind === "user" ? { username: caller.user.username } : undefined,
      unproven: caller.kind === "unproven",
      loginHref: loginHref(ctx.url),
      path: ctx.url,
    };
  };
  const sendUnder = (ctx: Context, contentSecurityPolicy: string, html: string): void => {
    ctx.set("Content-Security-Policy", contentSecurityPolicy);
    ctx.type = "text/html; charset=utf-8";
    ctx.body = html;
  };
  const send = (ctx: Context, html: string): void => sendUnder(ctx, pagePolicy(formTargets()), html);
  const auspicePolicy = (): string => `${client.contentSecurityPolicy}; ${formAction(formTargets())}`;
  return {
    frame,
    send,
    logout: (ctx) =>
      send(ctx, renderLogout({ frame: frame(ctx), hasSession: ctx.state.session.kind !== "none" })),
    auspice: (ctx, group) =>
      sendUnder(ctx, auspicePolicy(), renderAuspice({ frame: frame(ctx), ...(group && { group }) })),
  };
};
