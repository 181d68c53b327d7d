import type { Group } from "../../domain/groups/group.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { Action } from "../../domain/identity/policy.ts";
import type { DatasetFile, Resource, ResourceAction } from "../../domain/resources/resource.ts";
import type { ObjectMetadata, Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { Admit } from "../driven/admit.ts";
import type { Upload } from "../driven/resources/content-check.ts";

/** What a group holds, and what one caller may see and change of it. All throw LoginRequired, NotAllowed and StoreDown. */
export interface Resources {
  /** Names what lies at a decoded path below a group. Throws BadRequest. */
  at(group: Group, kind: Resource["kind"], decodedPath: string, action: ResourceAction): Resource;
  permit(caller: Caller, action: Action, resource: Resource): void;
  isPermitted(caller: Caller, action: Action, resource: Resource): boolean;
  /** Whether there is something to show at this address: main, or both v1 files, or the narrative. */
  exists(caller: Caller, resource: Resource, signal: AbortSignal): Promise<boolean>;
  /** Throws NotFound, UnusableObject. */
  read(caller: Caller, file: ResourceFile, signal: AbortSignal): Promise<StoredObject>;
  /** What a read would give, without opening it. */
  stat(caller: Caller, file: ResourceFile, signal: AbortSignal): Promise<ObjectMetadata>;
  /** The v2 form of a v1 dataset; `admit` runs its conversion, if it has yet to be begun. Throws NotFound when a file is missing, UnusableObject, Busy, PartMissing. */
  readV1(caller: Caller, resource: Resource, admit: Admit, signal: AbortSignal): Promise<StoredObject>;
  /** Throws BadContent, PreconditionFailed. */
  write(
    caller: Caller,
    file: ResourceFile,
    upload: Upload,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes all files of a resource. The condition is about its main file. Throws PreconditionFailed. */
  remove(caller: Caller, resource: Resource, condition: Precondition, signal: AbortSignal): Promise<void>;
  list(caller: Caller, group: Group, signal: AbortSignal): Promise<Listing>;
}

/** One file of a resource: `file` is of no meaning for a narrative, which has one. */
export type ResourceFile =
  | { readonly kind: "dataset"; readonly resource: Resource; readonly file: DatasetFile }
  | { readonly kind: "narrative"; readonly resource: Resource };

export interface Listing {
  readonly datasets: readonly Resource[];
  readonly narratives: readonly Resource[];
}
