import type { ObjectKind } from "../../../domain/resources/media-type.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import type { DatasetFile } from "../../../domain/resources/resource.ts";
import type { ReadableFile } from "../../../ports/driving/stored-file.ts";
import type { Access } from "../groups/access.ts";
import type { StoredFiles } from "./stored-files.ts";

/** A stored file, and how the audit names it. */
export interface FileAt {
  readonly key: ObjectKey;
  readonly kind: ObjectKind;
  /** Below the group's address. */
  readonly path: string;
  /** Of a dataset. */
  readonly file?: DatasetFile | undefined;
}

/** A file whose caller may read it, which is audited. */
export const readableFile = (
  { files }: { readonly files: StoredFiles },
  access: Access,
  { key, kind, path, file }: FileAt,
): ReadableFile => ({
  read: async (signal) => {
    const stored = await files.read(key, kind, signal);
    access.audit("read", path, file);
    return stored;
  },
  stat: (signal) => files.stat(key, kind, signal),
});
