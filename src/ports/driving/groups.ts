import type { Group } from "../../domain/groups/group.ts";
import type { GroupInfo } from "../../domain/groups/group-info.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { Resource, ResourceAction } from "../../domain/resources/resource.ts";
import type { AuditAction } from "../driven/system/audit.ts";
import type { GroupSettings } from "./group-settings.ts";
import type { Listing, ResourceAddress } from "./resources.ts";
import type { ReadableFile } from "./stored-file.ts";

/** What somebody is about to do in a group, as the audit tells it if it is denied; it gives no right to anything. */
export interface Attempt {
  readonly action: AuditAction;
  /** Below the group's address, decoded, without slashes around it. */
  readonly path: string;
}

/**
 * The way to everything that belongs to a group: the policy is asked here, once for a request, and what is returned
 * is what the caller may read. Without it there is nothing to call.
 */
export interface Groups {
  /**
   * The group of this name in any spelling, if the caller may read its source. Throws LoginRequired, NotAllowed, or
   * the outage for which the caller cannot be told: the same whether there is such a group or not.
   */
  open(caller: Caller, name: string, attempt: Attempt): OpenGroup;
  /** All groups that the caller could open, in the operator's order. */
  openAll(caller: Caller): readonly OpenGroup[];
  /** The same groups, by name alone. */
  visible(caller: Caller): readonly VisibleGroup[];
  /** The groups in which the caller holds any role. */
  memberships(caller: Caller): readonly Group[];
}

export interface VisibleGroup {
  readonly group: Group;
  /** Whether somebody who is not logged in sees it too. */
  readonly isForAnyone: boolean;
}

/** A group whose source its caller may read. All throw StoreDown. */
export interface OpenGroup {
  readonly group: Group;
  /** Whether the same caller may write datasets and narratives. */
  readonly mayUpload: boolean;
  readonly mayEditSettings: boolean;
  /** Whether the same caller may see the settings and the members. */
  readonly isMember: boolean;
  readonly logo: ReadableFile;
  info(signal: AbortSignal): Promise<GroupInfo>;
  /** The logo as a `data:` URL, or null when there is none. Throws UnusableObject for one of more than 2 MB. */
  avatar(signal: AbortSignal): Promise<string | null>;
  list(signal: AbortSignal): Promise<Listing>;
  /** Names what lies, or could lie, at a decoded path below the group. Throws BadRequest; NotFound for what nothing can be called. */
  at(kind: Resource["kind"], decodedPath: string, action: ResourceAction): ResourceAddress;
  /** Throws LoginRequired, NotAllowed, or the outage for which the caller cannot be told. */
  settings(): GroupSettings;
}
