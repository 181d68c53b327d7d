import type { GroupName } from "../../domain/groups/group.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { Username } from "../../domain/identity/user.ts";
import type { AdministrativeAction } from "../driven/system/audit.ts";
import type { Listing } from "./resources.ts";

export type Visibility = "private" | "public";

/** Makes and closes groups. It is for administrators, and gives nobody access to a group's data. */
export interface GroupAdministration {
  /**
   * Throws LoginRequired, NotAllowed, or the outage because of which it is not known who the caller is: the same whether
   * there is such a group or not.
   * @param attempt What is about to be done to which group, by its name as it came; recorded if it is denied.
   */
  open(caller: Caller, attempt: AdministrationAttempt): OpenAdministration;
}

export interface AdministrationAttempt {
  readonly action: "list" | AdministrativeAction;
  /** Empty: all groups. */
  readonly name: string;
}

/**
 * Every method throws StoreDown; those that take a name throw NotFound for an unknown one, and those that change a group
 * throw Conflict, with the rule, for one of the data file. A change is known to all instances within 5 seconds.
 */
export interface OpenAdministration {
  /** Whether owners are appointed here; otherwise all roles come from the identity provider. */
  readonly appointsOwners: boolean;
  list(signal: AbortSignal): Promise<readonly AdministeredGroup[]>;
  find(name: string, signal: AbortSignal): Promise<AdministeredGroup>;
  /** Throws BadRequest; Conflict if the name is taken, in any letter case, by a group or by data in the store. */
  make(group: NewGroup, signal: AbortSignal): Promise<GroupName>;
  /** Returns what would become visible, and changes nothing, if a group is to be public and that is not confirmed. */
  show(name: string, visibility: Visibility, confirmed: boolean, signal: AbortSignal): Promise<Shown>;
  /** Closes a group for every change, or opens it again. */
  archive(name: string, isArchived: boolean, signal: AbortSignal): Promise<void>;
  /** Of any group that has no owner, also of the data file. Throws BadRequest; Conflict if there is an owner. */
  appointOwner(name: string, owner: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes a group with the roles that were given in it. Throws Conflict while it has data, unless these go, too. What
   * was interrupted is finished by doing it again.
   */
  remove(name: string, withData: boolean, signal: AbortSignal): Promise<void>;
}

export interface NewGroup {
  readonly name: string;
  readonly visibility: Visibility;
  /** The username of the first owner; required where owners are appointed here. */
  readonly owner: string | undefined;
}

export type Shown = { readonly outcome: "done" } | ({ readonly outcome: "unconfirmed" } & Listing);

export interface AdministeredGroup {
  readonly name: GroupName;
  readonly isPublic: boolean;
  readonly isArchived: boolean;
  /** Otherwise it is one of the data file. */
  readonly isMadeHere: boolean;
  /** Its removal has begun, and was interrupted or goes on. */
  readonly isBeingDeleted: boolean;
  readonly owners: readonly Username[];
  /** Those who have not logged in yet. */
  readonly pendingOwners: readonly Username[];
  /** Undefined: the store does not answer. */
  readonly contents: GroupContents | undefined;
}

export interface GroupContents {
  readonly datasets: number;
  readonly narratives: number;
  /** Of all that is stored, as it is stored. */
  readonly bytes: number;
}
