import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../../domain/failure.ts";
import {
  isResourceMediaType,
  markdownMediaType,
  pngMediaType,
} from "../../../../domain/resources/media-type.ts";
import type { Compression } from "../../../../ports/driven/resources/compression.ts";
import type { GroupSettings, SettingsFile } from "../../../../ports/driving/group-settings.ts";
import type { Groups } from "../../../../ports/driving/groups.ts";
import type { Context, RequestState } from "../../context.ts";
import { settingsHref } from "../../pages/hrefs.ts";
import { sendAllowedMethods } from "../../requests/allowed-methods.ts";
import { negotiate } from "../../requests/negotiation.ts";
import { precondition } from "../../requests/precondition.ts";
import { sendObject } from "../../resources/stored-object-response.ts";
import { readUpload, uploadMediaType } from "../../resources/upload.ts";
import type { SettingsHandler } from "../open-settings.ts";
import { settingsPath, withSettings } from "../open-settings.ts";
import type { OverviewRouteDeps } from "./overview/overview-routes.ts";
import { previewOverview, saveOverview, sendSettingsPage } from "./overview/overview-routes.ts";

interface Deps extends OverviewRouteDeps {
  readonly groups: Groups;
  readonly compression: Compression;
}

/** Media types in which a file can be read; uploads have to have the first. */
const mediaTypes = {
  logo: [pngMediaType],
  overview: [markdownMediaType, "text/plain"],
} as const satisfies Record<SettingsFile, readonly [string, ...string[]]>;

/** The routes below `/groups/<name>/settings`, which are for members only, even if the group is public. */
export const settingsRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const handle = (handler: SettingsHandler) => withSettings(d.groups, handler);
  router.get(
    settingsPath(""),
    handle((ctx, settings, group) => sendSettingsPage(ctx, d, settings, group)),
  );
  router.post(
    settingsPath(""),
    handle((ctx, settings, group) => saveOverview(ctx, d, settings, group)),
  );
  router.post(
    settingsPath("/overview/preview"),
    handle((ctx, settings, group) => previewOverview(ctx, d, settings, group)),
  );
  // Where a browser without scripts is after a preview, when somebody opens that address again.
  router.get(
    settingsPath("/overview/preview"),
    handle((ctx, _, { group }) => ctx.redirect(settingsHref(group.name))),
  );
  for (const file of ["logo", "overview"] as const) {
    router.get(
      settingsPath(`/${file}`),
      handle((ctx, settings) => sendFile(ctx, d, settings, file)),
    );
    router.put(
      settingsPath(`/${file}`),
      handle((ctx, settings) => writeFile(ctx, d, settings, file)),
    );
    router.delete(
      settingsPath(`/${file}`),
      handle((ctx, settings) => removeFile(ctx, settings, file)),
    );
    router.options(
      settingsPath(`/${file}`),
      handle((ctx, { mayWrite }) => sendAllowedMethods(ctx, mayWrite)),
    );
  }
  router.all(
    /^\/groups\/([^/]+)\/settings(\/.*)?$/i,
    handle(() => {
      throw new NotFound("There is no such setting.");
    }),
  );
  return router;
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
