import Router from "@koa/router";
import type { AccessRequest } from "../../../../domain/people/access-request.ts";
import type { GroupSettings } from "../../../../ports/driving/group-settings.ts";
import type { Groups, OpenGroup } from "../../../../ports/driving/groups.ts";
import type { AccessRequests } from "../../../../ports/driving/people/access-requests.ts";
import type { Context, RequestState } from "../../context.ts";
import { decodePath } from "../../middleware/traversal.ts";
import { settingsHref } from "../../pages/hrefs.ts";
import type { Pages } from "../../pages/pages.ts";
import { renderPage } from "../../pages/template.ts";
import { noFields, readFields } from "../../requests/fields.ts";
import { formatTime, sendJson } from "../../requests/json-response.ts";
import { preferredType } from "../../requests/negotiation.ts";
import { settingsPath, withSettings } from "../open-settings.ts";

interface Deps {
  readonly accessRequests: AccessRequests;
  readonly groups: Groups;
  readonly pages: Pages;
}

/**
 * Asking for access to a group (`POST /groups/<name>/access-requests`; with other methods that is a dataset's address),
 * and what its owners answer.
 */
export const accessRequestRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const one = settingsPath("/access-requests/([^/]+)");
  router.post(/^\/groups\/([^/]+)\/access-requests\/?$/i, (ctx) => ask(ctx, d));
  router.get(
    settingsPath("/access-requests"),
    withSettings(d.groups, async (ctx, { accessRequests }) => {
      const found = await accessRequests.list(ctx.state.signal);
      sendJson(ctx, { requests: found.map(toJson) });
    }),
  );
  router.post(one, withSettings(d.groups, answer));
  router.delete(
    one,
    withSettings(d.groups, async (ctx, { accessRequests }) => {
      await accessRequests.decline(requestId(ctx), ctx.state.signal);
      ctx.status = 204;
    }),
  );
  return router;
};

const message =
  "Your request has been passed on, if there is such a group. Its owners see who asks, and decide: once they have given you a role, the group is in your list.";

/** The answer is the same whatever the group is, and says nothing of what is stored. */
const ask = async (ctx: Context, d: Deps): Promise<void> => {
  const requests = d.accessRequests.by(ctx.state.caller);
  const fields = await readFields(ctx);
  requests.ask(decodePath(ctx.captures?.[0] ?? ""), fields.text("note"));
  if (preferredType(ctx, ["application/json", "text/html"]) === "text/html") {
    d.pages.send(
      ctx,
      renderPage("access-requested", { layout: d.pages.layout(ctx), title: "Request sent", message }),
    );
  } else {
    ctx.type = "application/json; charset=utf-8";
    ctx.body = JSON.stringify({ message });
  }
  ctx.vary("Accept");
  ctx.status = 202;
};

const toJson = ({ id, username, note, requestedAt }: AccessRequest) => ({
  id,
  username,
  note,
  requestedAt: formatTime(requestedAt),
});

const requestId = (ctx: Context): string => decodePath(ctx.captures?.[1] ?? "");

/** `{"role": …, "until": …}` of a program grants; the form of the members' page also declines, with `action=decline`. */
const answer = async (
  ctx: Context,
  { accessRequests, mayWrite }: GroupSettings,
  { group }: OpenGroup,
): Promise<void> => {
  const { signal } = ctx.state;
  // Others than owners are refused before their body is parsed.
  const fields = mayWrite ? await readFields(ctx) : noFields;
  if (fields.isForm && fields.text("action") === "decline")
    await accessRequests.decline(requestId(ctx), signal);
  else await accessRequests.grant(requestId(ctx), fields.text("role") ?? "", fields.text("until"), signal);
  if (fields.isForm) ctx.redirect(settingsHref(group.name, "members"));
  ctx.status = fields.isForm ? 303 : 204;
};
