import type { ETag } from "../../domain/resources/stored-object.ts";
import type { GroupMembers } from "./group-members.ts";
import type { ReadableFile, WritableFile } from "./stored-file.ts";

export type SettingsFile = "logo" | "overview";

export interface OverviewSource {
  readonly text: string | undefined;
  readonly etag: ETag;
}

/** A group's settings, for its members. All methods throw StoreDown. */
export interface GroupSettings {
  /** Whether the caller may change them. */
  readonly mayWrite: boolean;
  file(name: SettingsFile): ReadableFile;
  /** Throws NotAllowed. */
  openToWrite(name: SettingsFile): WritableFile;
  /**
   * The overview's source, with its tag for If-Match; undefined: there is none. Without the text when that has more than
   * 100 kB, or is damaged.
   */
  overviewSource(signal: AbortSignal): Promise<OverviewSource | undefined>;
  readonly members: GroupMembers;
}
