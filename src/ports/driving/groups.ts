import type { Group } from "../../domain/groups/group.ts";
import type { GroupInfo } from "../../domain/groups/group-info.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { Role } from "../../domain/identity/role.ts";
import type { DatasetFile, Resource, ResourceAction } from "../../domain/resources/resource.ts";
import type { AuditAction } from "../driven/system/audit.ts";
import type { GroupSettings } from "./group-settings.ts";
import type { Listing, ResourceAddress } from "./resources.ts";
import type { ReadableFile } from "./stored-file.ts";

/** What a request is about to do in a group. It is recorded if it is denied, and gives no right to anything. */
export interface Attempt {
  readonly action: AuditAction;
  /** Below the group's address, decoded, without slashes around it. */
  readonly path: string;
  /** The file of a dataset that was asked for, if the request names one. */
  readonly file?: DatasetFile | undefined;
}

/**
 * The entrance to everything of a group. The policy is evaluated here, once for a request, and the returned object has
 * what the caller may do; without it there is nothing to call.
 */
export interface Groups {
  /**
   * The group of this name in any spelling, if the caller may read its source. Throws LoginRequired, NotAllowed, or the
   * outage because of which the caller is unverified: the same whether there is such a group or not.
   */
  open(caller: Caller, name: string, attempt: Attempt): OpenGroup;
  /** All groups that the caller could open, in the operator's order. */
  openAll(caller: Caller): readonly OpenGroup[];
  /** The same groups, without opening them. */
  visible(caller: Caller): readonly VisibleGroup[];
  /** The groups in which the caller holds any role. */
  memberships(caller: Caller): readonly Group[];
}

export interface VisibleGroup {
  readonly group: Group;
  /** Whether anonymous callers may open it too. */
  readonly isForAnyone: boolean;
}

/** A group whose source the caller may read. All methods throw StoreDown. */
export interface OpenGroup {
  readonly group: Group;
  /** The caller's own, least to most privileged. */
  readonly roles: readonly Role[];
  /** Whether the caller may write datasets and narratives. */
  readonly mayUpload: boolean;
  readonly mayEditSettings: boolean;
  /** Whether the caller may read the settings and the members. */
  readonly isMember: boolean;
  readonly logo: ReadableFile;
  info(signal: AbortSignal): Promise<GroupInfo>;
  /** The logo as a `data:` URL, or null when there is none. Throws UnusableObject for one of more than 2 MB. */
  avatar(signal: AbortSignal): Promise<string | null>;
  list(signal: AbortSignal): Promise<Listing>;
  /** Parses a decoded path below the group. Throws BadRequest, or NotFound for a name that nothing can have. */
  at(kind: Resource["kind"], decodedPath: string, action: ResourceAction): ResourceAddress;
  /** Throws LoginRequired, NotAllowed, or the outage because of which the caller is unverified. */
  settings(): GroupSettings;
}
