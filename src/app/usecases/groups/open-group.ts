import { roles } from "../../../domain/identity/role.ts";
import { logoKey } from "../../../domain/resources/object-key.ts";
import { parseResource } from "../../../domain/resources/resource.ts";
import type { OpenGroup } from "../../../ports/driving/groups.ts";
import { readableFile } from "../resources/readable-file.ts";
import type { ResourceParts } from "../resources/resources.ts";
import { resourceAddress } from "../resources/resources.ts";
import type { Access } from "./access.ts";
import type { GroupProfileParts } from "./group-profile.ts";
import { avatar, info } from "./group-profile.ts";
import type { SettingsParts } from "./settings.ts";
import { openSettings } from "./settings.ts";

export interface GroupParts extends GroupProfileParts, SettingsParts, ResourceParts {}

/** Opens a group for a caller who has access to it. */
export const openGroup = (d: GroupParts, access: Access): OpenGroup => {
  const { group, rights } = access;
  return {
    group,
    roles: roles.filter((role) => access.roles.has(role)),
    mayUpload: rights.has("write dataset"),
    mayEditSettings: rights.has("write group"),
    isMember: rights.has("read group"),
    logo: readableFile(d, access, {
      key: logoKey(group.name),
      kind: { kind: "logo" },
      path: "settings/logo",
    }),
    info: async (signal) => {
      const found = await info(d, group, signal);
      access.audit("read", "settings");
      return found;
    },
    avatar: (signal) => avatar(d, group, signal),
    list: async (signal) => {
      const listing = await d.listings.of(group.name, signal);
      access.audit("list", "");
      return listing;
    },
    at: (kind, decodedPath, action) =>
      resourceAddress(d, access, parseResource(kind, group.name, decodedPath, action)),
    settings: () => openSettings(d, access),
  };
};
