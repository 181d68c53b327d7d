import Router from "@koa/router";
import { BadRequest, NotConfigured, NotFound } from "../../../../domain/failure.ts";
import type { Group } from "../../../../domain/groups/group.ts";
import { roles } from "../../../../domain/identity/role.ts";
import {
  isResourceMediaType,
  markdownMediaType,
  pngMediaType,
} from "../../../../domain/resources/media-type.ts";
import type { Compression } from "../../../../ports/driven/resources/compression.ts";
import type { Groups, SettingsFile } from "../../../../ports/driving/groups.ts";
import type { Context, RequestState } from "../../context.ts";
import { decodePath } from "../../middleware/traversal.ts";
import type { Pages } from "../../pages/page-answer.ts";
import { answerAllowed } from "../../requests/allowed-methods.ts";
import { precondition } from "../../requests/conditions.ts";
import { answerJson } from "../../requests/json-answer.ts";
import { negotiate } from "../../requests/negotiation.ts";
import { answerObject } from "../../resources/stored-object-answer.ts";
import { readUpload, uploadType } from "../../resources/upload.ts";
import type { Admission } from "../../streaming/admission.ts";
import { canonicalGroup } from "../group-address.ts";
import { renderMembers } from "../group-members.ts";
import { renderGroupSettings } from "./group-settings.ts";

interface Deps {
  readonly groups: Groups;
  readonly compression: Compression;
  readonly admission: Admission;
  readonly pages: Pages;
}

/** The types a settings file is offered as; the first is the one it is taken as. */
const types = {
  logo: [pngMediaType],
  overview: [markdownMediaType, "text/plain"],
} as const satisfies Record<SettingsFile, readonly [string, ...string[]]>;

/** Everything below `/groups/<name>/settings`, for the group's members alone, be the group public or not. */
export const settingsRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const at = (rest: string) => new RegExp(`^/groups/([^/]+)/settings${rest}/?$`, "i");
  router.get(at(""), (ctx) => withGroup(ctx, d, (group) => settingsPage(ctx, d, group)));
  for (const file of ["logo", "overview"] as const) {
    router.get(at(`/${file}`), (ctx) => withGroup(ctx, d, (group) => read(ctx, d, group, file)));
    router.put(at(`/${file}`), (ctx) => withGroup(ctx, d, (group) => write(ctx, d, group, file)));
    router.delete(at(`/${file}`), (ctx) => withGroup(ctx, d, (group) => remove(ctx, d, group, file)));
    router.options(at(`/${file}`), (ctx) => withGroup(ctx, d, (group) => allowed(ctx, d, group)));
  }
  router.get(at("/members"), (ctx) => withGroup(ctx, d, (group) => members(ctx, d, group)));
  router.get(at("/roles"), (ctx) =>
    withGroup(ctx, d, () =>
      answerJson(
        ctx,
        roles.map((name) => ({ name })),
      ),
    ),
  );
  router.get(at("/roles/([^/]+)/members"), (ctx) => withGroup(ctx, d, (group) => roleMembers(ctx, d, group)));
  for (const rest of ["/members", "/roles", "/roles/[^/]+/members"]) {
    router.options(at(rest), (ctx) => withGroup(ctx, d, () => answerAllowed(ctx, false)));
  }
  router.all(/^\/groups\/([^/]+)\/settings(\/.*)?$/i, (ctx) =>
    withGroup(ctx, d, () => {
      throw new NotFound("There is no such setting.");
    }),
  );
  return router;
};

/** Members only: checked before anything below settings is looked at. */
const withGroup = async (
  ctx: Context,
  d: Deps,
  then: (group: Group) => Promise<void> | void,
): Promise<void> => {
  const group = canonicalGroup(ctx, d.groups);
  if (!group) return;
  d.groups.permit(ctx.state.caller, "read", "group", group);
  await then(group);
};

const read = (ctx: Context, d: Deps, group: Group, file: SettingsFile): Promise<void> => {
  const { caller, signal } = ctx.state;
  const type = negotiate<string>(ctx, types[file]);
  return answerObject(ctx, d, {
    type: file === "logo" ? type : `${type}; charset=utf-8`,
    stat: () => d.groups.stat(caller, group, file, signal),
    read: () => d.groups.read(caller, group, file, signal),
  });
};

const write = async (ctx: Context, d: Deps, group: Group, file: SettingsFile): Promise<void> => {
  const { caller, signal } = ctx.state;
  // The CLI sends datasets to any address, and breaks down on a 415.
  if (isResourceMediaType(uploadType(ctx))) {
    throw new BadRequest(`This is the address of the group's ${file}, not of a dataset or a narrative.`);
  }
  const upload = readUpload(ctx, [types[file][0]], () => d.groups.permit(caller, "write", "group", group));
  const condition = precondition(ctx);
  await d.admission.during(ctx, "upload", () =>
    d.groups.write(caller, group, file, upload, condition, signal),
  );
  ctx.status = 204;
};

const remove = async (ctx: Context, d: Deps, group: Group, file: SettingsFile): Promise<void> => {
  await d.groups.remove(ctx.state.caller, group, file, precondition(ctx), ctx.state.signal);
  ctx.status = 204;
};

const allowed = (ctx: Context, d: Deps, group: Group): void =>
  answerAllowed(ctx, d.groups.isPermitted(ctx.state.caller, "write", "group", group));

const settingsPage = async (ctx: Context, d: Deps, group: Group): Promise<void> => {
  const { caller, signal } = ctx.state;
  const mayEditSettings = d.groups.isPermitted(caller, "write", "group", group);
  const { logo } = await d.groups.info(caller, group, signal);
  const overview = mayEditSettings ? await d.groups.overviewSource(caller, group, signal) : undefined;
  const frame = d.pages.frame(ctx);
  d.pages.send(ctx, renderGroupSettings({ frame, group, mayEditSettings, hasLogo: logo !== null, overview }));
};

const members = async (ctx: Context, d: Deps, group: Group): Promise<void> => {
  const type = negotiate(ctx, ["text/html", "application/json"]);
  if (type === "application/json") return answerJson(ctx, await d.groups.members(ctx.state.caller, group));
  const listed = await d.groups.members(ctx.state.caller, group).catch((error: unknown) => {
    if (error instanceof NotConfigured) return "elsewhere" as const;
    throw error;
  });
  d.pages.send(ctx, renderMembers({ frame: d.pages.frame(ctx), group, members: listed }));
};

const roleMembers = async (ctx: Context, d: Deps, group: Group): Promise<void> => {
  const role = decodePath(ctx.captures?.[1] ?? "");
  const usernames = await d.groups.membersWithRole(ctx.state.caller, group, role);
  answerJson(
    ctx,
    usernames.map((username) => ({ username })),
  );
};
