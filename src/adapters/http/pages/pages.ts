import { Readable } from "node:stream";
import type { Group } from "../../../domain/groups/group.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { Site } from "../../../domain/site.ts";
import type { AuspiceClient } from "../../../ports/driven/resources/auspice-client.ts";
import { auspicePage } from "../auspice/auspice-page.ts";
import { renderLogout } from "../auth/logout-page.ts";
import { hasUnknownRoles } from "../auth/whoami.ts";
import type { Context } from "../context.ts";
import type { ImagePolicy } from "../groups/overview/image-policy.ts";
import { clearLoginEndNotice, readLoginEndNotice } from "../middleware/login-end-notice.ts";
import type { CookieSettings } from "../middleware/session-cookie.ts";
import { maskSecret } from "../secret-addresses/secret-path.ts";
import { withEventLoopYields } from "../streaming/event-loop-yields.ts";
import { formActionDirective, pagePolicy } from "./content-security-policy.ts";
import type { LayoutData } from "./layout.ts";
import { loginEndMessage, loginHref, previousLoginEndFor } from "./layout.ts";
import type { Html } from "./template.ts";

/** Sends HTML pages, with the Content-Security-Policy that each needs. */
export interface Pages {
  /** The layout's data for this request. */
  layout(ctx: Context): LayoutData;
  /** `images`: which images of other hosts the page may show; default: none. */
  send(ctx: Context, html: Html, images?: ImagePolicy): void;
  /** Sends the page that asks for confirmation of a logout. */
  logout(ctx: Context): void;
  /** Sends Auspice, below our bar. `group`: the group whose data it shows. */
  auspice(ctx: Context, group?: Group): void;
}

interface Deps {
  readonly cookies: CookieSettings;
  readonly site: Site;
  readonly auspice: AuspiceClient;
  /** Origins of the provider, to which the logout form redirects. */
  readonly formActionOrigins: () => readonly string[];
  readonly imagePolicyFor: (group: Group | undefined) => ImagePolicy;
}

/** In bytes. Larger pages are streamed. */
const streamingThreshold = 262_144;

const setBody = (ctx: Context, html: Html): void => {
  if (typeof html === "string") {
    ctx.body = html;
    return;
  }
  const size = html.reduce((sum, { length }) => sum + length, 0);
  ctx.body =
    size > streamingThreshold
      ? Readable.from(withEventLoopYields(Readable.from(html)), { objectMode: false })
      : Buffer.concat(html, size);
  // Koa does not know the length of a stream.
  ctx.length = size;
};

const userOf = ({ username, isAdministrator }: User) => ({
  username,
  isAdministrator: isAdministrator === true,
});

export const pages = ({ auspice: client, cookies, site, formActionOrigins, imagePolicyFor }: Deps): Pages => {
  const renderAuspice = auspicePage(client.entrypoint);
  const layout = (ctx: Context): LayoutData => {
    const { caller } = ctx.state;
    return {
      site,
      user: caller.kind === "user" ? userOf(caller.user) : undefined,
      isUnidentified: !ctx.state.isIdentified && ctx.state.session.kind !== "none",
      unverified: caller.kind === "unverified",
      hasUnknownRoles: hasUnknownRoles(caller),
      loginEnd: loginEndMessage(caller),
      previousLoginEnd: previousLoginEndFor(caller, readLoginEndNotice(ctx, cookies)),
      loginHref: loginHref(ctx.url),
      path: maskSecret(ctx.url),
    };
  };
  const sendWithPolicy = (ctx: Context, contentSecurityPolicy: string, html: Html): void => {
    const { previousLoginEnd, loginEnd } = layout(ctx);
    if (readLoginEndNotice(ctx, cookies) && (previousLoginEnd ?? loginEnd)) clearLoginEndNotice(ctx, cookies);
    ctx.set("Content-Security-Policy", contentSecurityPolicy);
    ctx.type = "text/html; charset=utf-8";
    setBody(ctx, html);
  };
  const send: Pages["send"] = (ctx, html, images) =>
    sendWithPolicy(ctx, pagePolicy(formActionOrigins(), images?.sources), html);
  return {
    layout,
    send,
    logout: (ctx) =>
      send(ctx, renderLogout({ layout: layout(ctx), hasSession: ctx.state.session.kind !== "none" })),
    auspice: (ctx, group) => {
      const images = imagePolicyFor(group);
      const policy = `${client.contentSecurityPolicy(images.sources)}; ${formActionDirective(formActionOrigins())}`;
      sendWithPolicy(ctx, policy, renderAuspice({ layout: layout(ctx), images, group: group?.name }));
    },
  };
};
