import Router from "@koa/router";
import { pngMediaType } from "../../../domain/resources/media-type.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { RequestState } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { decodePath } from "../middleware/traversal.ts";
import { sendObject } from "../resources/stored-object-response.ts";
import type { Admission } from "../streaming/admission.ts";

interface Deps {
  readonly groups: Groups;
  readonly compression: Compression;
  readonly admission: Admission;
}

/**
 * `/logos/<name>`: a group's logo for everybody who may see the group. It is not below `/groups/<name>`, where any
 * other path is a dataset's name, and settings are for members only.
 */
export const logoRoute = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get(/^\/logos\/([^/]+)\/?$/i, async (ctx) => {
    const attempt = { action: "read", path: "settings/logo" } as const;
    const { group, logo } = d.groups.open(ctx.state.caller, decodePath(ctx.captures?.[0] ?? ""), attempt);
    if (group.isPublic) allowAnyOrigin(ctx);
    await sendObject(ctx, d, logo, { type: pngMediaType });
  });
  return router;
};
