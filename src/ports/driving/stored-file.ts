import type { ObjectMetadata, Precondition, StoredObject } from "../../domain/resources/stored-object.ts";
import type { Upload } from "../driven/resources/content-check.ts";

/** A file that its caller may read. Both throw NotFound, UnusableObject and StoreDown. */
export interface ReadableFile {
  read(signal: AbortSignal): Promise<StoredObject>;
  /** What a read would give, without opening it. */
  stat(signal: AbortSignal): Promise<ObjectMetadata>;
}

/** A file that its caller may change. Both throw PreconditionFailed and StoreDown. */
export interface WritableFile {
  /** Throws BadContent. */
  write(upload: Upload, condition: Precondition, signal: AbortSignal): Promise<void>;
  remove(condition: Precondition, signal: AbortSignal): Promise<void>;
}
