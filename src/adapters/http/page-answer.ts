import type { Group } from "../../domain/group.ts";
import type { AuspiceClient } from "../../ports/driven/auspice-client.ts";
import type { Context } from "./context.ts";
import { auspicePage } from "./pages/auspice-page.ts";
import { formAction, pagePolicy } from "./pages/content-security-policy.ts";
import type { Frame } from "./pages/frame.ts";
import { formerEndOf, loginEndOf, loginHref } from "./pages/frame.ts";
import type { ImageRule } from "./pages/image-rule.ts";
import { renderLogout } from "./pages/logout.ts";
import type { CookieSettings } from "./session-cookie.ts";
import { forgetUntold, untoldEnd } from "./untold-end.ts";

/** Puts pages into their frame and sends them. */
export interface Pages {
  frame(ctx: Context): Frame;
  /** `images`: which of other hosts the page shows; absent: none. */
  send(ctx: Context, html: string, images?: ImageRule): void;
  logout(ctx: Context): void;
  /** Auspice, with our bar above it; `group`: whose data it shows. */
  auspice(ctx: Context, group?: Group): void;
}

interface Deps {
  readonly cookies: CookieSettings;
  readonly auspice: AuspiceClient;
  /** Origins of the provider, where the logout button's redirect leads. */
  readonly formTargets: () => readonly string[];
  readonly imagesFor: (group: Group | undefined) => ImageRule;
}

export const pages = ({ auspice: client, cookies, formTargets, imagesFor }: Deps): Pages => {
  const renderAuspice = auspicePage(client.entrypoint);
  const frame = (ctx: Context): Frame => {
    const { caller } = ctx.state;
    return {
      user: caller.kind === "user" ? { username: caller.user.username } : undefined,
      unproven: caller.kind === "unproven",
      loginEnd: loginEndOf(caller),
      formerEnd: formerEndOf(caller, untoldEnd(ctx, cookies)),
      loginHref: loginHref(ctx.url),
      path: ctx.url,
    };
  };
  const sendUnder = (ctx: Context, contentSecurityPolicy: string, html: string): void => {
    const { formerEnd, loginEnd } = frame(ctx);
    if (untoldEnd(ctx, cookies) && (formerEnd ?? loginEnd)) forgetUntold(ctx, cookies);
    ctx.set("Content-Security-Policy", contentSecurityPolicy);
    ctx.type = "text/html; charset=utf-8";
    ctx.body = html;
  };
  const send: Pages["send"] = (ctx, html, images) =>
    sendUnder(ctx, pagePolicy(formTargets(), images?.sources), html);
  return {
    frame,
    send,
    logout: (ctx) =>
      send(ctx, renderLogout({ frame: frame(ctx), hasSession: ctx.state.session.kind !== "none" })),
    auspice: (ctx, group) => {
      const images = imagesFor(group);
      const policy = `${client.contentSecurityPolicy(images.sources)}; ${formAction(formTargets())}`;
      sendUnder(ctx, policy, renderAuspice({ frame: frame(ctx), images, group: group?.name }));
    },
  };
};
