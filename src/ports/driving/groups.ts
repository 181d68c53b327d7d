import type { Group } from "../../domain/groups/group.ts";
import type { GroupInfo } from "../../domain/groups/group-info.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { Action, ObjectType } from "../../domain/identity/policy.ts";
import type { Role } from "../../domain/identity/role.ts";
import type { Username } from "../../domain/identity/user.ts";
import type {
  ETag,
  ObjectMetadata,
  Precondition,
  StoredObject,
} from "../../domain/resources/stored-object.ts";
import type { Upload } from "../driven/resources/content-check.ts";

export type SettingsFile = "logo" | "overview";

export interface OverviewSource {
  readonly text: string | undefined;
  readonly etag: ETag;
}

/** Groups and their settings, as one caller may see and change them. All throw LoginRequired, NotAllowed and StoreDown. */
export interface Groups {
  /** The group of this name in any spelling, if the caller may read its source. */
  readable(caller: Caller, name: string): Group;
  /** All groups whose source the caller may read, in the operator's order. */
  visible(caller: Caller): readonly Group[];
  /** The groups in which the caller holds any role. */
  memberships(caller: Caller): readonly Group[];
  permit(caller: Caller, action: Action, type: ObjectType, group: Group): void;
  isPermitted(caller: Caller, action: Action, type: ObjectType, group: Group): boolean;
  info(caller: Caller, group: Group, signal: AbortSignal): Promise<GroupInfo>;
  /** The logo as a `data:` URL, or null when there is none. Throws UnusableObject for one of more than 2 MB. */
  avatar(caller: Caller, group: Group, signal: AbortSignal): Promise<string | null>;
  /** The logo, for whoever may read the group's source. Throws NotFound. */
  readLogo(caller: Caller, group: Group, signal: AbortSignal): Promise<StoredObject>;
  statLogo(caller: Caller, group: Group, signal: AbortSignal): Promise<ObjectMetadata>;
  /**
   * The overview as it was written, with the tag it can be replaced under; undefined: there is none. Without the text
   * when that has more than 100 kB, or is damaged.
   */
  overviewSource(caller: Caller, group: Group, signal: AbortSignal): Promise<OverviewSource | undefined>;
  /** Throws NotFound. */
  read(caller: Caller, group: Group, file: SettingsFile, signal: AbortSignal): Promise<StoredObject>;
  stat(caller: Caller, group: Group, file: SettingsFile, signal: AbortSignal): Promise<ObjectMetadata>;
  /** Throws BadContent, PreconditionFailed. */
  write(
    caller: Caller,
    group: Group,
    file: SettingsFile,
    upload: Upload,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<void>;
  remove(
    caller: Caller,
    group: Group,
    file: SettingsFile,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<void>;
  /** Throws NotFound for an unknown role, NotConfigured. */
  members(caller: Caller, group: Group): Promise<readonly { username: Username; roles: readonly Role[] }[]>;
  membersWithRole(caller: Caller, group: Group, role: string): Promise<readonly Username[]>;
}
