import Router from "@koa/router";
import { isFailure } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import { explainNoRoles, whoami } from "../auth/whoami.ts";
import { renderWhoami } from "../auth/whoami-page.ts";
import type { Context, RequestState } from "../context.ts";
import type { GroupPage } from "../groups/group-page.ts";
import { renderGroup } from "../groups/group-page.ts";
import { renderGroupListing } from "../groups/listing/group-listing.ts";
import { parseFilter } from "../groups/listing/resource-filter.ts";
import { endingMemberships } from "../groups/members/ending-memberships.ts";
import { openGroup } from "../groups/open-group.ts";
import type { ImagePolicy } from "../groups/overview/image-policy.ts";
import type { Overviews } from "../groups/overview/overview.ts";
import type { NotFoundPage } from "../middleware/error-handler.ts";
import { decodePath } from "../middleware/traversal.ts";
import { sendJson } from "../requests/json-response.ts";
import { mapInBatches } from "../requests/map-in-batches.ts";
import { negotiate } from "../requests/negotiation.ts";
import { hasSecret } from "../secret-addresses/secret-path.ts";
import type { Admission } from "../streaming/admission.ts";
import { renderNotFound } from "./errors/error-page.ts";
import type { Pages } from "./pages.ts";

interface Deps {
  readonly groups: Groups;
  readonly pages: Pages;
  readonly overviews: Overviews;
  readonly admission: Admission;
  readonly imagePolicyFor: (group: Group) => ImagePolicy;
}

/** The routes of pages that are not datasets, narratives or settings (pages.md). */
export const pageRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get("/", (ctx) => ctx.redirect("/groups"));
  router.get("/groups", (ctx) => sendGroupListing(ctx, d));
  router.get(/^\/groups\/([^/]+)\/?$/i, (ctx) => handleGroupPage(ctx, d));
  router.get(/^\/groups\/([^/]+)\/narratives\/?$/i, (ctx) => {
    const openedGroup = openGroup(ctx, d.groups);
    if (openedGroup) ctx.redirect(`/groups/${encodeURIComponent(openedGroup.group.name)}`);
  });
  router.get("/whoami", (ctx) => sendWhoami(ctx, d));
  router.get(/^\/users(\/[^/]+)?\/?$/i, (ctx) => ctx.redirect("/whoami"));
  router.get("/edit/narratives", (ctx) => d.pages.auspice(ctx));
  return router;
};

const sendGroupListing = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller, signal } = ctx.state;
  const groups = await mapInBatches(d.groups.openAll(caller), async ({ group, roles, list }) => ({
    group,
    roles,
    listing: await list(signal).catch(undefinedIfStoreDown),
  }));
  const filter = parseFilter(ctx.URL.searchParams);
  const noRoles = explainNoRoles(caller, d.groups.memberships(caller));
  d.pages.send(ctx, await renderGroupListing({ layout: d.pages.layout(ctx), groups, filter, noRoles }));
};

/** A page is shown without its listing, and says so, while the store is unavailable. */
const undefinedIfStoreDown = (error: unknown): undefined => {
  if (isFailure(error) && error.code === "store-down") return undefined;
  throw error;
};

const handleGroupPage = async (ctx: Context, d: Deps): Promise<void> => {
  const openedGroup = openGroup(ctx, d.groups);
  if (openedGroup) await sendGroupPage(ctx, d, openedGroup);
};

const sendGroupPage = async (
  ctx: Context,
  d: Deps,
  openedGroup: OpenGroup,
  missing?: NonNullable<GroupPage["missing"]>,
): Promise<void> => {
  const { signal } = ctx.state;
  const { group, mayUpload, mayEditSettings, isMember, roles } = openedGroup;
  const images = d.imagePolicyFor(group);
  const [info, listing, ending] = await Promise.all([
    openedGroup.info(signal),
    openedGroup.list(signal).catch(undefinedIfStoreDown),
    endingMemberships(openedGroup, signal),
  ]);
  const html = await renderGroup({
    layout: d.pages.layout(ctx),
    origin: ctx.state.origin,
    group,
    roles,
    info,
    overview: await d.overviews.render(info.overview, images, (run) => d.admission.run(ctx, "render", run)),
    listing,
    ending,
    filter: parseFilter(ctx.URL.searchParams),
    mayUpload,
    mayEditSettings,
    isMember,
    ...(missing === undefined ? {} : { missing }),
  });
  d.pages.send(ctx, html, images);
};

const sendWhoami = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller } = ctx.state;
  // Whether the caller is logged in is not known during an outage.
  if (caller.kind === "unverified") throw caller.cause;
  if (negotiate(ctx, ["text/html", "application/json"]) === "application/json") {
    if (caller.kind === "user" && caller.user.unknownRoles?.groups === "all")
      throw caller.user.unknownRoles.cause;
    return sendJson(ctx, whoami(caller, d.groups));
  }
  const memberships = d.groups.memberships(caller);
  const noRoles = explainNoRoles(caller, memberships);
  const roles = new Map(d.groups.openAll(caller).map(({ group, roles }) => [group.name, roles]));
  const rows = memberships.map((group) => ({ group, roles: roles.get(group.name) ?? [] }));
  d.pages.send(ctx, renderWhoami({ layout: d.pages.layout(ctx), memberships: rows, noRoles }));
};

const missingKind = (rest: string): "dataset" | "narrative" | "setting" => {
  if (/^narratives\//i.test(rest)) return "narrative";
  return /^settings\//i.test(rest) ? "setting" : "dataset";
};

/**
 * Sends the page for a 404: the group's page with a notice for a URL below an opened group, otherwise a general one; none
 * for an address with a secret.
 */
export const notFoundPage =
  (d: Deps): NotFoundPage =>
  async (ctx) => {
    // Who follows such an address is told why it does not work any more.
    if (hasSecret(ctx.path)) return false;
    const [, rest] = /^\/groups\/[^/]+\/(.+?)\/?$/i.exec(ctx.path) ?? [];
    if (rest === undefined) {
      d.pages.send(ctx, renderNotFound({ layout: d.pages.layout(ctx) }));
      return true;
    }
    const { openGroup: openedGroup } = ctx.state;
    if (!openedGroup) return false;
    await sendGroupPage(ctx, d, openedGroup, { kind: missingKind(rest), path: decodePath(rest) });
    return true;
  };
