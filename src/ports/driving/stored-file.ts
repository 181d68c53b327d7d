import type { ObjectMetadata, Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { Upload } from "../driven/resources/content-check.ts";

/** A file that the caller may read. Both methods throw NotFound, UnusableObject and StoreDown. */
export interface ReadableFile {
  read(signal: AbortSignal): Promise<StoredObject>;
  /** The file's metadata, without opening it. */
  stat(signal: AbortSignal): Promise<ObjectMetadata>;
}

/** A file that the caller may change. Both methods throw PreconditionFailed and StoreDown. */
export interface WritableFile {
  /** Throws BadContent. */
  write(upload: Upload, condition: Precondition, signal: AbortSignal): Promise<void>;
  remove(condition: Precondition, signal: AbortSignal): Promise<void>;
}
