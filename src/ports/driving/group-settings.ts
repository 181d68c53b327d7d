import type { Role } from "../../domain/identity/role.ts";
import type { Username } from "../../domain/identity/user.ts";
import type { ETag } from "../../domain/resources/stored-object.ts";
import type { ReadableFile, WritableFile } from "./stored-file.ts";

export type SettingsFile = "logo" | "overview";

export interface OverviewSource {
  readonly text: string | undefined;
  readonly etag: ETag;
}

export interface Member {
  readonly username: Username;
  readonly roles: readonly Role[];
}

/** What a group's members may see of its settings. All throw StoreDown. */
export interface GroupSettings {
  /** Whether the same caller may change them. */
  readonly mayWrite: boolean;
  file(name: SettingsFile): ReadableFile;
  /** Throws NotAllowed. */
  openToWrite(name: SettingsFile): WritableFile;
  /**
   * The overview as it was written, with the tag it can be replaced under; undefined: there is none. Without the text
   * when that has more than 100 kB, or is damaged.
   */
  overviewSource(signal: AbortSignal): Promise<OverviewSource | undefined>;
  /** Throws NotConfigured. */
  members(): Promise<readonly Member[]>;
  /** Throws NotFound for an unknown role, NotConfigured. */
  membersWithRole(role: string): Promise<readonly Username[]>;
}
