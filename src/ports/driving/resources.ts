import type { DatasetFile, Resource } from "../../domain/resources/resource.ts";
import type { Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { Admit } from "../driven/admit.ts";
import type { Upload } from "../driven/resources/content-check.ts";
import type { ReadableFile } from "./stored-file.ts";

/** A resource's name in an opened group; whether it exists is not known yet. */
export interface ResourceAddress {
  readonly resource: Resource;
  /** Throws LoginRequired, NotAllowed, or the outage because of which the caller is unverified. */
  openToRead(): ReadableResource;
  /** Throws the same. */
  openToWrite(): WritableResource;
}

/** A dataset or a narrative that the caller may read. All methods throw StoreDown. */
export interface ReadableResource {
  readonly resource: Resource;
  /** Whether the caller may change it. */
  readonly mayWrite: boolean;
  /** Whether the resource exists: its main file, both v1 files, or the narrative. */
  exists(signal: AbortSignal): Promise<boolean>;
  /** `file`: a dataset's; a narrative has "main" only. */
  file(file: DatasetFile): ReadableFile;
  /**
   * The v2 form of a v1 dataset; `admit` runs its conversion, if that is not cached. Throws NotFound when a file is
   * missing, UnusableObject, Busy, PartMissing.
   */
  readV1(admit: Admit, signal: AbortSignal): Promise<StoredObject>;
}

/** A dataset or a narrative that the caller may change. All methods throw PreconditionFailed and StoreDown. */
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
