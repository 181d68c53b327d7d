import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../../domain/failure.ts";
import { roles } from "../../../../domain/identity/role.ts";
import type { Groups } from "../../../../ports/driving/groups.ts";
import type { GroupMembers } from "../../../../ports/driving/people/group-members.ts";
import type { Context, RequestState } from "../../context.ts";
import { decodePath } from "../../middleware/traversal.ts";
import { sendAllowedMethods } from "../../requests/allowed-methods.ts";
import { readJson } from "../../requests/json-body.ts";
import { sendJson } from "../../requests/json-response.ts";
import { negotiate } from "../../requests/negotiation.ts";
import type { SettingsHandler } from "../open-settings.ts";
import { settingsPath, withSettings } from "../open-settings.ts";
import { memberJson } from "./member-json.ts";
import { submitMemberForm } from "./page/member-forms.ts";
import type { MembersPageDeps } from "./page/send-members-page.ts";
import { sendMembersPage } from "./page/send-members-page.ts";

interface Deps extends MembersPageDeps {
  readonly groups: Groups;
}

/** The routes of a group's members and their roles, below `/groups/<name>/settings`. */
export const memberRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const handle = (handler: SettingsHandler) => withSettings(d.groups, handler);
  const roleNames = roles.map((name) => ({ name }));
  const member = "/roles/([^/]+)/members/([^/]+)";
  router.get(settingsPath("/members"), handle(sendMembers(d)));
  router.post(
    settingsPath("/members"),
    handle((ctx, { members }, opened) => submitMemberForm(ctx, d, members, opened)),
  );
  router.delete(settingsPath("/members/me"), handle(leave));
  router.get(
    settingsPath("/roles"),
    handle((ctx) => sendJson(ctx, roleNames)),
  );
  router.get(settingsPath("/roles/([^/]+)/members"), handle(sendRoleMembers));
  router.get(settingsPath(member), handle(confirmMember));
  router.put(settingsPath(member), handle(grant));
  router.delete(settingsPath(member), handle(revoke));
  router.options(
    settingsPath(member),
    handle((ctx, { mayWrite }) => sendAllowedMethods(ctx, mayWrite)),
  );
  for (const rest of ["/members", "/roles", "/roles/[^/]+/members"]) {
    router.options(
      settingsPath(rest),
      handle((ctx) => sendAllowedMethods(ctx, false)),
    );
  }
  return router;
};

const sendMembers =
  (d: Deps): SettingsHandler =>
  async (ctx, { members, mayWrite }, opened) => {
    const type = negotiate(ctx, ["text/html", "application/json"]);
    if (type === "text/html") return sendMembersPage(ctx, d, members, opened);
    const list = await members.list(ctx.state.signal);
    sendJson(ctx, list.map(memberJson(mayWrite)));
  };

const sendRoleMembers: SettingsHandler = async (ctx, { members }) => {
  const usernames = await members.withRole(capture(ctx, 1), ctx.state.signal);
  sendJson(
    ctx,
    usernames.map((username) => ({ username })),
  );
};

const capture = (ctx: Context, index: number): string => decodePath(ctx.captures?.[index] ?? "");

const roleAndUsername = (ctx: Context) => ({ role: capture(ctx, 1), username: capture(ctx, 2) });

const confirmMember: SettingsHandler = async (ctx, { members }) => {
  const { role, username } = roleAndUsername(ctx);
  const usernames = await members.withRole(role, ctx.state.signal);
  if (!usernames.some((one) => one === username)) throw new NotFound("Nobody of this name has this role.");
  ctx.status = 204;
};

const grant: SettingsHandler = async (ctx, { members, mayWrite }) => {
  const { role, username } = roleAndUsername(ctx);
  // Others than owners are refused before their body is parsed.
  const until = mayWrite ? await readUntil(ctx) : undefined;
  await members.grant(role, username, until, ctx.state.signal);
  ctx.status = 204;
};

/** The body is optional: `{"until": "2027-01-31"}`. */
const readUntil = async (ctx: Context): Promise<string | undefined> => {
  const { until } = await readJson(ctx);
  if (until === undefined || until === null) return undefined;
  if (typeof until !== "string") throw new BadRequest("The day (until) has to be a text, as YYYY-MM-DD.");
  return until;
};

const revoke: SettingsHandler = async (ctx, { members }) => {
  const { role, username } = roleAndUsername(ctx);
  await members.revoke(role, username, ctx.state.signal);
  ctx.status = 204;
};

const leave: SettingsHandler = async (ctx, { members }: { readonly members: GroupMembers }) => {
  await members.leave(ctx.state.signal);
  ctx.status = 204;
};
