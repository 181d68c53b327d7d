import type { OverviewEditor } from "./overview-editor.ts";
import type { GroupAccessRequests } from "./people/access-requests.ts";
import type { GroupInvitations } from "./people/group-invitations.ts";
import type { GroupMembers } from "./people/group-members.ts";
import type { ReadableFile, WritableFile } from "./stored-file.ts";

export type SettingsFile = "logo" | "overview";

/** A group's settings, for its members. All methods throw StoreDown. */
export interface GroupSettings {
  /** Whether the caller may change them. */
  readonly mayWrite: boolean;
  file(name: SettingsFile): ReadableFile;
  /** Throws NotAllowed. */
  openToWrite(name: SettingsFile): WritableFile;
  /** Throws NotAllowed. */
  editOverview(): OverviewEditor;
  readonly members: GroupMembers;
  readonly invitations: GroupInvitations;
  readonly accessRequests: GroupAccessRequests;
}
