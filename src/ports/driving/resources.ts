import type { DatasetFile, Resource } from "../../domain/resources/resource.ts";
import type { Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { Admit } from "../driven/admit.ts";
import type { Upload } from "../driven/resources/content-check.ts";
import type { ReadableFile } from "./stored-file.ts";

/** A name below a group that has been opened; whether anything is stored under it is not looked at. */
export interface ResourceAddress {
  readonly resource: Resource;
  /** Throws LoginRequired, NotAllowed, or the outage for which the caller cannot be told. */
  openToRead(): ReadableResource;
  /** Throws the same. */
  openToWrite(): WritableResource;
}

/** A dataset or a narrative that its caller may read. All throw StoreDown. */
export interface ReadableResource {
  readonly resource: Resource;
  /** Whether the same caller may change it. */
  readonly mayWrite: boolean;
  /** Whether there is something to show at this address: main, or both v1 files, or the narrative. */
  exists(signal: AbortSignal): Promise<boolean>;
  /** `file`: of a dataset; "main" is a narrative's only one too. */
  file(file: DatasetFile): ReadableFile;
  /** The v2 form of a v1 dataset; `admit` runs its conversion, if it has yet to be begun. Throws NotFound when a file is missing, UnusableObject, Busy, PartMissing. */
  readV1(admit: Admit, signal: AbortSignal): Promise<StoredObject>;
}

/** A dataset or a narrative that its caller may change. All throw PreconditionFailed and StoreDown. */
export interface WritableResource {
  /** `file`: as for reading. Throws BadContent. */
  write(file: DatasetFile, upload: Upload, condition: Precondition, signal: AbortSignal): Promise<void>;
  /** Removes all files of the resource. The condition is about its main file. */
  remove(condition: Precondition, signal: AbortSignal): Promise<void>;
}

export interface Listing {
  readonly datasets: readonly Resource[];
  readonly narratives: readonly Resource[];
}
