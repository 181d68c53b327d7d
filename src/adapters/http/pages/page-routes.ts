import Router from "@koa/router";
import { isFailure } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import { whoami, whyNoRoles } from "../auth/whoami.ts";
import { renderWhoami } from "../auth/whoami-page.ts";
import type { Context, RequestState } from "../context.ts";
import { openGroup } from "../groups/group-address.ts";
import type { GroupPage } from "../groups/group-page.ts";
import { renderGroup } from "../groups/group-page.ts";
import { renderListing } from "../groups/listing/group-listing.ts";
import { parseFilter } from "../groups/listing/resource-filter.ts";
import type { ImageRule } from "../groups/overview/image-rule.ts";
import type { Overviews } from "../groups/overview/overview.ts";
import type { NotFoundPage } from "../middleware/error-handler.ts";
import { decodePath } from "../middleware/traversal.ts";
import { sendJson } from "../requests/json-response.ts";
import { mapInBatches } from "../requests/map-in-batches.ts";
import { negotiate } from "../requests/negotiation.ts";
import type { Admission } from "../streaming/admission.ts";
import { renderNotFound } from "./error-page.ts";
import type { Pages } from "./page-answer.ts";

interface Deps {
  readonly groups: Groups;
  readonly pages: Pages;
  readonly overviews: Overviews;
  readonly admission: Admission;
  readonly imagesFor: (group: Group) => ImageRule;
}

/** The routes of pages that are not datasets, narratives or settings (pages.md). */
export const pageRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get("/", (ctx) => ctx.redirect("/groups"));
  router.get("/groups", (ctx) => listing(ctx, d));
  router.get(/^\/groups\/([^/]+)\/?$/i, (ctx) => groupPage(ctx, d));
  router.get(/^\/groups\/([^/]+)\/narratives\/?$/i, (ctx) => {
    const opened = openGroup(ctx, d.groups);
    if (opened) ctx.redirect(`/groups/${encodeURIComponent(opened.group.name)}`);
  });
  router.get("/whoami", (ctx) => whoamiPage(ctx, d));
  router.get(/^\/users(\/[^/]+)?\/?$/i, (ctx) => ctx.redirect("/whoami"));
  router.get("/edit/narratives", (ctx) => d.pages.auspice(ctx));
  return router;
};

const listing = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller, signal } = ctx.state;
  const groups = await mapInBatches(d.groups.openAll(caller), async ({ group, list }) => ({
    group,
    listing: await list(signal).catch(undefinedIfDown),
  }));
  const filter = parseFilter(ctx.URL.searchParams);
  const noRoles = whyNoRoles(caller, d.groups.memberships(caller));
  d.pages.send(ctx, await renderListing({ frame: d.pages.frame(ctx), groups, filter, noRoles }));
};

/** A page is shown without its listing, and says so, while the store is unavailable. */
const undefinedIfDown = (error: unknown): undefined => {
  if (isFailure(error) && error.code === "store-down") return undefined;
  throw error;
};

const groupPage = async (ctx: Context, d: Deps): Promise<void> => {
  const opened = openGroup(ctx, d.groups);
  if (opened) await sendGroupPage(ctx, d, opened);
};

const sendGroupPage = async (
  ctx: Context,
  d: Deps,
  opened: OpenGroup,
  missing?: NonNullable<GroupPage["missing"]>,
): Promise<void> => {
  const { signal } = ctx.state;
  const { group, mayUpload, mayEditSettings, isMember } = opened;
  const images = d.imagesFor(group);
  const [info, listing] = await Promise.all([
    opened.info(signal),
    opened.list(signal).catch(undefinedIfDown),
  ]);
  const html = await renderGroup({
    frame: d.pages.frame(ctx),
    group,
    info,
    overview: await d.overviews.of(info.overview, images, (run) => d.admission.run(ctx, "render", run)),
    listing,
    filter: parseFilter(ctx.URL.searchParams),
    mayUpload,
    mayEditSettings,
    isMember,
    ...(missing === undefined ? {} : { missing }),
  });
  d.pages.send(ctx, html, images);
};

const whoamiPage = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller } = ctx.state;
  // Whether the caller is logged in is not known during an outage.
  if (caller.kind === "unverified") throw caller.cause;
  if (negotiate(ctx, ["text/html", "application/json"]) === "application/json") {
    return sendJson(ctx, whoami(caller, d.groups));
  }
  const memberships = d.groups.memberships(caller);
  const noRoles = whyNoRoles(caller, memberships);
  d.pages.send(ctx, renderWhoami({ frame: d.pages.frame(ctx), memberships, noRoles }));
};

const kindOf = (rest: string): "dataset" | "narrative" | "setting" => {
  if (/^narratives\//i.test(rest)) return "narrative";
  return /^settings\//i.test(rest) ? "setting" : "dataset";
};

/**
 * Sends the page for a 404: the group's page with a notice for a URL below an opened group, otherwise a general one.
 */
export const notFoundPage =
  (d: Deps): NotFoundPage =>
  async (ctx) => {
    const [, rest] = /^\/groups\/[^/]+\/(.+?)\/?$/i.exec(ctx.path) ?? [];
    if (rest === undefined) {
      d.pages.send(ctx, renderNotFound({ frame: d.pages.frame(ctx) }));
      return true;
    }
    const { openGroup: opened } = ctx.state;
    if (!opened) return false;
    await sendGroupPage(ctx, d, opened, { kind: kindOf(rest), path: decodePath(rest) });
    return true;
  };
