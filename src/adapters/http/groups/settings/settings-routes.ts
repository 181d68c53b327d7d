import Router from "@koa/router";
import { BadRequest, NotConfigured, NotFound } from "../../../../domain/failure.ts";
import { roles } from "../../../../domain/identity/role.ts";
import {
  isResourceMediaType,
  markdownMediaType,
  pngMediaType,
} from "../../../../domain/resources/media-type.ts";
import type { Compression } from "../../../../ports/driven/resources/compression.ts";
import type { GroupSettings, SettingsFile } from "../../../../ports/driving/group-settings.ts";
import type { Groups, OpenGroup } from "../../../../ports/driving/groups.ts";
import type { Context, RequestState } from "../../context.ts";
import { decodePath } from "../../middleware/traversal.ts";
import type { Pages } from "../../pages/pages.ts";
import { sendAllowedMethods } from "../../requests/allowed-methods.ts";
import { sendJson } from "../../requests/json-response.ts";
import { negotiate } from "../../requests/negotiation.ts";
import { precondition } from "../../requests/precondition.ts";
import { sendObject } from "../../resources/stored-object-response.ts";
import { readUpload, uploadMediaType } from "../../resources/upload.ts";
import type { Admission } from "../../streaming/admission.ts";
import { groupHead } from "../group-head.ts";
import { renderMembers } from "../group-members.ts";
import { openGroup } from "../open-group.ts";
import { renderGroupSettings } from "./group-settings.ts";

interface Deps {
  readonly groups: Groups;
  readonly compression: Compression;
  readonly admission: Admission;
  readonly pages: Pages;
}

/** Media types in which a file can be read; uploads have to have the first. */
const mediaTypes = {
  logo: [pngMediaType],
  overview: [markdownMediaType, "text/plain"],
} as const satisfies Record<SettingsFile, readonly [string, ...string[]]>;

/** The routes below `/groups/<name>/settings`, which are for members only, even if the group is public. */
export const settingsRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const settingsPath = (rest: string) => new RegExp(`^/groups/([^/]+)/settings${rest}/?$`, "i");
  const roleNames = roles.map((name) => ({ name }));
  router.get(settingsPath(""), (ctx) =>
    withSettings(ctx, d, (settings, group) => sendSettingsPage(ctx, d, settings, group)),
  );
  for (const file of ["logo", "overview"] as const) {
    router.get(settingsPath(`/${file}`), (ctx) =>
      withSettings(ctx, d, (settings) => sendFile(ctx, d, settings, file)),
    );
    router.put(settingsPath(`/${file}`), (ctx) =>
      withSettings(ctx, d, (settings) => writeFile(ctx, d, settings, file)),
    );
    router.delete(settingsPath(`/${file}`), (ctx) =>
      withSettings(ctx, d, (settings) => removeFile(ctx, settings, file)),
    );
    router.options(settingsPath(`/${file}`), (ctx) =>
      withSettings(ctx, d, ({ mayWrite }) => sendAllowedMethods(ctx, mayWrite)),
    );
  }
  router.get(settingsPath("/members"), (ctx) =>
    withSettings(ctx, d, (settings, group) => sendMembers(ctx, d, settings, group)),
  );
  router.get(settingsPath("/roles"), (ctx) => withSettings(ctx, d, () => sendJson(ctx, roleNames)));
  router.get(settingsPath("/roles/([^/]+)/members"), (ctx) =>
    withSettings(ctx, d, (settings) => sendRoleMembers(ctx, settings)),
  );
  for (const rest of ["/members", "/roles", "/roles/[^/]+/members"]) {
    router.options(settingsPath(rest), (ctx) => withSettings(ctx, d, () => sendAllowedMethods(ctx, false)));
  }
  router.all(/^\/groups\/([^/]+)\/settings(\/.*)?$/i, (ctx) =>
    withSettings(ctx, d, () => {
      throw new NotFound("There is no such setting.");
    }),
  );
  return router;
};

/** Checks the permission before the rest of the path is parsed, so that others cannot probe it. */
const withSettings = async (
  ctx: Context,
  d: Deps,
  handle: (settings: GroupSettings, group: OpenGroup) => Promise<void> | void,
): Promise<void> => {
  const group = openGroup(ctx, d.groups);
  if (group) await handle(group.settings(), group);
};

const sendFile = (ctx: Context, d: Deps, settings: GroupSettings, file: SettingsFile): Promise<void> => {
  const type = negotiate<string>(ctx, mediaTypes[file]);
  return sendObject(ctx, d, settings.file(file), {
    type: file === "logo" ? type : `${type}; charset=utf-8`,
  });
};

const writeFile = async (
  ctx: Context,
  d: Deps,
  settings: GroupSettings,
  file: SettingsFile,
): Promise<void> => {
  // The Nextstrain CLI uploads datasets to any URL, and crashes on a 415.
  if (isResourceMediaType(uploadMediaType(ctx))) {
    throw new BadRequest(`This is the address of the group's ${file}, not of a dataset or a narrative.`);
  }
  const { opened, upload } = readUpload(ctx, [mediaTypes[file][0]], () => settings.openToWrite(file));
  const condition = precondition(ctx);
  await d.admission.run(ctx, "upload", () => opened.write(upload, condition, ctx.state.signal));
  ctx.status = 204;
};

const removeFile = async (ctx: Context, settings: GroupSettings, file: SettingsFile): Promise<void> => {
  const condition = precondition(ctx);
  await settings.openToWrite(file).remove(condition, ctx.state.signal);
  ctx.status = 204;
};

const sendSettingsPage = async (
  ctx: Context,
  d: Deps,
  { mayWrite, overviewSource }: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  const { signal } = ctx.state;
  const info = await opened.info(signal);
  const head = groupHead(opened, info, "settings");
  const overview = mayWrite ? await overviewSource(signal) : undefined;
  const data = {
    group: opened.group,
    head,
    mayEditSettings: mayWrite,
    hasLogo: info.logo !== null,
    overview,
  };
  d.pages.send(ctx, renderGroupSettings({ layout: d.pages.layout(ctx), ...data }));
};

const sendMembers = async (
  ctx: Context,
  d: Deps,
  settings: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  const type = negotiate(ctx, ["text/html", "application/json"]);
  if (type === "application/json") return sendJson(ctx, await settings.members());
  const memberList = await settings.members().catch((error: unknown) => {
    if (error instanceof NotConfigured) return "external" as const;
    throw error;
  });
  const head = groupHead(opened, await opened.info(ctx.state.signal), "members");
  d.pages.send(ctx, renderMembers({ layout: d.pages.layout(ctx), head, members: memberList }));
};

const sendRoleMembers = async (ctx: Context, settings: GroupSettings): Promise<void> => {
  const usernames = await settings.membersWithRole(decodePath(ctx.captures?.[1] ?? ""));
  sendJson(
    ctx,
    usernames.map((username) => ({ username })),
  );
};
