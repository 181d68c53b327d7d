import type { Group } from "../../../domain/groups/group.ts";
import { logoKey, overviewKey } from "../../../domain/resources/object-key.ts";
import type { GroupSettings, SettingsFile } from "../../../ports/driving/group-settings.ts";
import type { WritableFile } from "../../../ports/driving/stored-file.ts";
import type { AccessRequestsParts } from "../access-requests/group-access-requests.ts";
import { openAccessRequests } from "../access-requests/group-access-requests.ts";
import type { InvitationsParts } from "../invitations/group-invitations.ts";
import { openInvitations } from "../invitations/group-invitations.ts";
import { openMembers } from "../members/group-members.ts";
import type { FileAt } from "../resources/readable-file.ts";
import { readableFile } from "../resources/readable-file.ts";
import type { StoredFiles } from "../resources/stored-files.ts";
import type { Access } from "./access.ts";
import type { GroupProfileParts } from "./group-profile.ts";
import { overviewSource } from "./group-profile.ts";
import { overviewEditor } from "./overview-editor.ts";

export interface SettingsParts extends GroupProfileParts, InvitationsParts, AccessRequestsParts {
  readonly files: StoredFiles;
}

const fileOf = ({ name: group }: Group, name: SettingsFile): FileAt => ({
  key: name === "logo" ? logoKey(group) : overviewKey(group),
  kind: { kind: name },
  path: `settings/${name}`,
});

/** Opens a group's settings for a member. Throws what {@link Access.require} throws. */
export const openSettings = (d: SettingsParts, access: Access): GroupSettings => {
  access.require("read group");
  const { group } = access;
  const openToWrite = (name: SettingsFile): WritableFile => {
    access.require("write group");
    const { key, kind, path } = fileOf(group, name);
    return {
      write: async (upload, condition, signal) => {
        await d.files.write(key, kind, upload, condition, signal);
        access.audit("write", path);
      },
      remove: async (condition, signal) => {
        await d.files.remove(key, condition, signal);
        access.audit("delete", path);
      },
    };
  };
  return {
    mayWrite: access.rights.has("write group"),
    file: (name) => readableFile(d, access, fileOf(group, name)),
    openToWrite,
    editOverview: () =>
      overviewEditor({
        frontMatter: d.frontMatter,
        file: openToWrite("overview"),
        source: (signal) => overviewSource(d, group, signal),
        auditRead: () => access.audit("read", "settings/overview"),
      }),
    members: openMembers(d, access),
    invitations: openInvitations(d, access),
    accessRequests: openAccessRequests(d, access),
  };
};
