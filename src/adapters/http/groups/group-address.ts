import type { Group } from "../../../domain/groups/group.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { Context } from "../context.ts";
import { decodePath } from "../middleware/traversal.ts";

/**
 * The group that the address names, if the caller may read it. Readers who spell it otherwise are sent to
 * its canonical address, and undefined is returned. Nobody else is: clients turn a redirected PUT into a
 * GET, and lose the upload (CLI-4).
 */
export const canonicalGroup = (ctx: Context, groups: Groups): Group | undefined => {
  const spelled = ctx.captures?.[0] ?? "";
  const group = groups.readable(ctx.state.caller, decodePath(spelled));
  const isReading = ctx.method === "GET" || ctx.method === "HEAD";
  if (!isReading || spelled === encodeURIComponent(group.name)) return group;
  const [, rest = ""] = /^\/[^/]+\/[^/?]+(.*)$/s.exec(ctx.url) ?? [];
  ctx.redirect(`/groups/${encodeURIComponent(group.name)}${rest}`);
  return undefined;
};
