import type { DatasetFile } from "../../../domain/resources/resource.ts";
import { withoutOuterSlashes } from "../../../domain/resources/resource.ts";
import type { Attempt, Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import type { Context } from "../context.ts";
import { decodePath } from "../middleware/traversal.ts";

/** What the request's method and address say that it is about to do. */
const attemptOf = (ctx: Context, file: DatasetFile | undefined): Attempt => {
  const [, path = ""] = /^\/[^/]+\/[^/]+(\/.*)$/s.exec(ctx.path) ?? [];
  const action = ctx.method === "PUT" ? "write" : ctx.method === "DELETE" ? "delete" : "read";
  return { action, path: withoutOuterSlashes(decodePath(path)), file };
};

/**
 * Opens the group that the address names, if the caller may read it, once for the request. Readers who spell it
 * otherwise are sent to its canonical address, and undefined is returned. Nobody else is: clients turn a redirected
 * PUT into a GET, and lose the upload (CLI-4).
 * @param file The file of a dataset that is asked for.
 */
export const openGroup = (ctx: Context, groups: Groups, file?: DatasetFile): OpenGroup | undefined => {
  const spelled = ctx.captures?.[0] ?? "";
  const opened = groups.open(ctx.state.caller, decodePath(spelled), attemptOf(ctx, file));
  const { group } = opened;
  const isReading = ctx.method === "GET" || ctx.method === "HEAD";
  if (!isReading || spelled === encodeURIComponent(group.name)) {
    ctx.state.openGroup = opened;
    return opened;
  }
  const [, rest = ""] = /^\/[^/]+\/[^/?]+(.*)$/s.exec(ctx.url) ?? [];
  ctx.redirect(`/groups/${encodeURIComponent(group.name)}${rest}`);
  return undefined;
};
