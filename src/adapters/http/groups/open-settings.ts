import type { GroupSettings } from "../../../ports/driving/group-settings.ts";
import type { Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import type { Context, Middleware } from "../context.ts";
import { openGroup } from "./open-group.ts";

/** Handles a request about a group's settings, for a member. */
export type SettingsHandler = (
  ctx: Context,
  settings: GroupSettings,
  group: OpenGroup,
) => Promise<void> | void;

/** The path of a group's settings; the group's name is its first capture. */
export const settingsPath = (rest: string): RegExp => new RegExp(`^/groups/([^/]+)/settings${rest}/?$`, "i");

/** Checks the permission before the rest of the path is parsed, so that others cannot probe it. */
export const withSettings =
  (groups: Groups, handle: SettingsHandler): Middleware =>
  async (ctx) => {
    const group = openGroup(ctx, groups);
    if (group) await handle(ctx, group.settings(), group);
  };
