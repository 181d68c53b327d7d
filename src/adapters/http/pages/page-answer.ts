import { Readable } from "node:stream";
import type { Group } from "../../../domain/groups/group.ts";
import type { AuspiceClient } from "../../../ports/driven/resources/auspice-client.ts";
import { auspicePage } from "../auspice/auspice-page.ts";
import { renderLogout } from "../auth/logout.ts";
import type { Context } from "../context.ts";
import type { ImageRule } from "../groups/overview/image-rule.ts";
import { clearLoginEndNotice, readLoginEndNotice } from "../middleware/login-end-notice.ts";
import type { CookieSettings } from "../middleware/session-cookie.ts";
import { withEventLoopYields } from "../streaming/event-loop-yields.ts";
import { formAction, pagePolicy } from "./content-security-policy.ts";
import type { Frame } from "./frame.ts";
import { formerEndOf, loginEndOf, loginHref } from "./frame.ts";
import type { Html } from "./template.ts";

/** Sends HTML pages, with the Content-Security-Policy that each needs. */
export interface Pages {
  /** The layout's data for this request. */
  frame(ctx: Context): Frame;
  /** `images`: which images of other hosts the page may show; default: none. */
  send(ctx: Context, html: Html, images?: ImageRule): void;
  /** Sends the page that asks for confirmation of a logout. */
  logout(ctx: Context): void;
  /** Sends Auspice, below our bar. `group`: the group whose data it shows. */
  auspice(ctx: Context, group?: Group): void;
}

interface Deps {
  readonly cookies: CookieSettings;
  readonly auspice: AuspiceClient;
  /** Origins of the provider, to which the logout form redirects. */
  readonly formTargets: () => readonly string[];
  readonly imagesFor: (group: Group | undefined) => ImageRule;
}

/** In bytes. Larger pages are streamed. */
const largePage = 262_144;

const setBody = (ctx: Context, html: Html): void => {
  if (typeof html === "string") {
    ctx.body = html;
    return;
  }
  const size = html.reduce((sum, { length }) => sum + length, 0);
  ctx.body =
    size > largePage
      ? Readable.from(withEventLoopYields(Readable.from(html)), { objectMode: false })
      : Buffer.concat(html, size);
  // Koa does not know the length of a stream.
  ctx.length = size;
};

export const pages = ({ auspice: client, cookies, formTargets, imagesFor }: Deps): Pages => {
  const renderAuspice = auspicePage(client.entrypoint);
  const frame = (ctx: Context): Frame => {
    const { caller } = ctx.state;
    return {
      user: caller.kind === "user" ? { username: caller.user.username } : undefined,
      unverified: caller.kind === "unverified",
      loginEnd: loginEndOf(caller),
      formerEnd: formerEndOf(caller, readLoginEndNotice(ctx, cookies)),
      loginHref: loginHref(ctx.url),
      path: ctx.url,
    };
  };
  const sendUnder = (ctx: Context, contentSecurityPolicy: string, html: Html): void => {
    const { formerEnd, loginEnd } = frame(ctx);
    if (readLoginEndNotice(ctx, cookies) && (formerEnd ?? loginEnd)) clearLoginEndNotice(ctx, cookies);
    ctx.set("Content-Security-Policy", contentSecurityPolicy);
    ctx.type = "text/html; charset=utf-8";
    setBody(ctx, html);
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
