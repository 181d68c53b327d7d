import { NotFound, PreconditionFailed, UnusableObject } from "../../../domain/failure.ts";
import type { ObjectKind } from "../../../domain/resources/media-type.ts";
import { isReadableAs, storedMediaType } from "../../../domain/resources/media-type.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import type { ObjectMetadata, Precondition, StoredObject } from "../../../domain/resources/stored-object.ts";
import { storedTag } from "../../../domain/resources/stored-object.ts";
import type { ContentCheck, Upload } from "../../../ports/driven/resources/content-check.ts";
import type { ResourceStore, WriteOutcome } from "../../../ports/driven/resources/resource-store.ts";

interface Deps {
  readonly store: ResourceStore;
  readonly contentCheck: ContentCheck;
}

/** Objects of a known kind, which are served only under a type of that kind, and validated when they are written. */
export interface StoredFiles {
  read(key: ObjectKey, kind: ObjectKind, signal: AbortSignal): Promise<StoredObject>;
  stat(key: ObjectKey, kind: ObjectKind, signal: AbortSignal): Promise<ObjectMetadata>;
  write(
    key: ObjectKey,
    kind: ObjectKind,
    upload: Upload,
    condition: Precondition,
    signal: AbortSignal,
  ): Promise<void>;
  remove(key: ObjectKey, condition: Precondition, signal: AbortSignal): Promise<void>;
}

const unusable = () => new UnusableObject("This file is stored under a type it cannot be served as.");

/** Replaces tags of the decompressed form by those of the stored one. */
const onStoredForm = (condition: Precondition): Precondition =>
  condition.kind === "matches" ? { kind: "matches", etags: condition.etags.map(storedTag) } : condition;

const orFail = (outcome: WriteOutcome): void => {
  if (outcome === "precondition-failed") throw new PreconditionFailed();
};

export const storedFiles = ({ store, contentCheck }: Deps): StoredFiles => ({
  read: async (key, kind, signal) => {
    const stored = await store.read(key, signal);
    if (!stored) throw new NotFound("There is no such file here.");
    if (isReadableAs(kind, stored.contentType)) return stored;
    await stored.body[Symbol.asyncIterator]().return?.();
    throw unusable();
  },
  stat: async (key, kind, signal) => {
    const metadata = await store.stat(key, signal);
    if (!metadata) throw new NotFound("There is no such file here.");
    if (!isReadableAs(kind, metadata.contentType)) throw unusable();
    return metadata;
  },
  write: async (key, kind, upload, condition, signal) => {
    const body = contentCheck.check(kind, upload, signal);
    const content = { contentType: storedMediaType(kind), contentEncoding: "gzip" as const, body };
    orFail(await store.write(key, content, onStoredForm(condition), signal));
  },
  remove: async (key, condition, signal) => {
    orFail(await store.remove(key, onStoredForm(condition), signal));
  },
});
