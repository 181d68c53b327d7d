import Router from "@koa/router";
import { BadRequest } from "../../../../domain/failure.ts";
import type { GroupSettings } from "../../../../ports/driving/group-settings.ts";
import type { Groups, OpenGroup } from "../../../../ports/driving/groups.ts";
import type {
  CreatedInvitation,
  ListedInvitation,
} from "../../../../ports/driving/people/group-invitations.ts";
import type { Context, RequestState } from "../../context.ts";
import type { OriginRules } from "../../middleware/origin.ts";
import { publicOrigin } from "../../middleware/origin.ts";
import { decodePath } from "../../middleware/traversal.ts";
import { settingsHref } from "../../pages/hrefs.ts";
import type { Pages } from "../../pages/pages.ts";
import { noFields, readFields } from "../../requests/fields.ts";
import { formatTime, sendJson } from "../../requests/json-response.ts";
import { groupHead } from "../group-head.ts";
import { settingsPath, withSettings } from "../open-settings.ts";
import { renderNewInvitation } from "./new-invitation.ts";

interface Deps {
  readonly groups: Groups;
  readonly pages: Pages;
  readonly origin: OriginRules;
}

/** The invitations of a group, for its owners: for programs, and for the forms of the members' page. */
export const groupInvitationRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const all = settingsPath("/invitations");
  const one = settingsPath("/invitations/([^/]+)");
  router.get(
    all,
    withSettings(d.groups, async (ctx, { invitations }) => {
      const found = await invitations.list(ctx.state.signal);
      sendJson(ctx, { invitations: found.map(toJson) });
    }),
  );
  router.post(
    all,
    withSettings(d.groups, (ctx, settings, group) => create(ctx, d, settings, group)),
  );
  router.delete(one, withSettings(d.groups, withdraw));
  router.post(
    one,
    withSettings(d.groups, async (ctx, settings, { group }) => {
      const fields = settings.mayWrite ? await readFields(ctx) : noFields;
      if (settings.mayWrite && fields.text("action") !== "withdraw")
        throw new BadRequest("There is no such action.");
      await withdraw(ctx, settings);
      ctx.redirect(settingsHref(group.name, "members"));
      ctx.status = 303;
    }),
  );
  return router;
};

const toJson = ({
  id,
  role,
  note,
  until,
  expires,
  createdBy,
  createdAt,
  state,
  declinedBy,
}: ListedInvitation) => ({
  id,
  role,
  note,
  until,
  expires,
  createdBy,
  createdAt: formatTime(createdAt),
  state,
  declinedBy,
});

const create = async (
  ctx: Context,
  d: Deps,
  { invitations, mayWrite }: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  const { signal } = ctx.state;
  // Others than owners are refused before their body is parsed.
  const fields = mayWrite ? await readFields(ctx) : noFields;
  const [note, until, expires] = [fields.text("note"), fields.text("until"), fields.text("expires")];
  const [role, email] = [fields.text("role") ?? "", fields.text("email")];
  const created = await invitations.create({ role, note, until, expires, email }, signal);
  const url = `${publicOrigin(ctx, d.origin)}${invitationPath(created)}`;
  ctx.status = 201;
  if (!fields.isForm) {
    ctx.type = "application/json; charset=utf-8";
    ctx.body = JSON.stringify({ id: created.id, url });
    return;
  }
  const head = groupHead(opened, await opened.info(signal), "members");
  const group = opened.group.name;
  d.pages.send(
    ctx,
    renderNewInvitation({ layout: d.pages.layout(ctx), head, group, url, invitation: created }),
  );
};

const invitationPath = ({ secret }: CreatedInvitation): string => `/invitations/${secret}`;

const withdraw = async (ctx: Context, { invitations }: GroupSettings): Promise<void> => {
  await invitations.withdraw(decodePath(ctx.captures?.[1] ?? ""), ctx.state.signal);
  ctx.status = 204;
};
