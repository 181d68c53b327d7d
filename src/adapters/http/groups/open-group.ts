import type { DatasetFile } from "../../../domain/resources/resource.ts";
import { withoutOuterSlashes } from "../../../domain/resources/resource.ts";
import type { Attempt, Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import type { Context } from "../context.ts";
import { decodePath } from "../middleware/traversal.ts";

const actions: ReadonlyMap<string, Attempt["action"]> = new Map([
  ["PUT", "write"],
  ["POST", "write"],
  ["DELETE", "delete"],
]);

/** The attempted action, for the audit log, from the request's method and path. */
const attemptFrom = (ctx: Context, file: DatasetFile | undefined): Attempt => {
  const [, path = ""] = /^\/[^/]+\/[^/]+(\/.*)$/s.exec(ctx.path) ?? [];
  return { action: actions.get(ctx.method) ?? "read", path: withoutOuterSlashes(decodePath(path)), file };
};

/**
 * Opens the group of the request's path, and stores it in `ctx.state.openGroup`. A GET with another spelling of the
 * group's name is redirected to the canonical path, and undefined is returned. PUT and DELETE are not redirected,
 * since clients change a redirected PUT into a GET (CLI-4).
 * @param file The requested file of a dataset.
 */
export const openGroup = (ctx: Context, groups: Groups, file?: DatasetFile): OpenGroup | undefined => {
  const requestedName = ctx.captures?.[0] ?? "";
  const opened = groups.open(ctx.state.caller, decodePath(requestedName), attemptFrom(ctx, file));
  const { group } = opened;
  const isReading = ctx.method === "GET" || ctx.method === "HEAD";
  if (!isReading || requestedName === encodeURIComponent(group.name)) {
    ctx.state.openGroup = opened;
    return opened;
  }
  const [, rest = ""] = /^\/[^/]+\/[^/?]+(.*)$/s.exec(ctx.url) ?? [];
  ctx.redirect(`/groups/${encodeURIComponent(group.name)}${rest}`);
  return undefined;
};
