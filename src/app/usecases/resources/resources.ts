import type { Group } from "../../../domain/groups/group.ts";
import type { ObjectKind } from "../../../domain/resources/media-type.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import { datasetKey, narrativeKey } from "../../../domain/resources/object-key.ts";
import type { DatasetFile, Resource } from "../../../domain/resources/resource.ts";
import { legacyTypes, pathInGroup, sidecars } from "../../../domain/resources/resource.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { DatasetConverter } from "../../../ports/driven/resources/dataset-converter.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type {
  ReadableResource,
  ResourceAddress,
  WritableResource,
} from "../../../ports/driving/resources.ts";
import type { Access } from "../groups/access.ts";
import type { Listings } from "../groups/listings.ts";
import type { FileAt } from "./readable-file.ts";
import { readableFile } from "./readable-file.ts";
import type { StoredFiles } from "./stored-files.ts";
import { readV1 } from "./v1-datasets.ts";

export interface ResourceParts {
  readonly store: ResourceStore;
  readonly files: StoredFiles;
  readonly listings: Listings;
  readonly compression: Compression;
  readonly converter: DatasetConverter;
}

const keyOf = (resource: Resource, file: DatasetFile): ObjectKey =>
  resource.kind === "dataset" ? datasetKey(resource, file) : narrativeKey(resource);

const kindOf = (resource: Resource, file: DatasetFile): ObjectKind =>
  resource.kind === "dataset" ? { kind: "dataset", file } : { kind: "narrative" };

const fileAt = (resource: Resource, file: DatasetFile): FileAt => ({
  key: keyOf(resource, file),
  kind: kindOf(resource, file),
  path: pathInGroup(resource),
  file: resource.kind === "dataset" ? file : undefined,
});

/** A resource of the group, which can be opened with this access. */
export const resourceAddress = (d: ResourceParts, access: Access, resource: Resource): ResourceAddress => ({
  resource,
  openToRead: () => {
    access.require(`read ${resource.kind}`);
    return readable(d, access, resource);
  },
  openToWrite: () => {
    access.require(`write ${resource.kind}`);
    return writable(d, access, resource);
  },
});

const readable = (d: ResourceParts, access: Access, resource: Resource): ReadableResource => ({
  resource,
  mayWrite: access.rights.has(`write ${resource.kind}`),
  exists: (signal) => exists(d.store, resource, signal),
  file: (file) => readableFile(d, access, fileAt(resource, file)),
  readV1: async (admit, signal) => {
    const converted = await readV1(d, resource, admit, signal);
    access.audit("read", pathInGroup(resource));
    return converted;
  },
});

const writable = (d: ResourceParts, access: Access, resource: Resource): WritableResource => ({
  write: async (name, upload, condition, signal) => {
    const { key, kind, path, file } = fileAt(resource, name);
    await invalidateAfter(d, access.group, () => d.files.write(key, kind, upload, condition, signal));
    access.audit("write", path, file);
  },
  remove: async (condition, signal) => {
    const [first, ...others] = allKeys(resource);
    await invalidateAfter(d, access.group, () => d.files.remove(first, condition, signal));
    // Before the other files are removed: after an outage in between the dataset is gone for its readers.
    access.audit("delete", pathInGroup(resource));
    await invalidateAfter(d, access.group, () =>
      Promise.all(others.map((key) => d.files.remove(key, { kind: "none" }, signal))),
    );
  },
});

/** Makes a change visible in listings at once, even one that failed, since it may have been applied. */
const invalidateAfter = async (
  { listings }: Pick<ResourceParts, "listings">,
  group: Group,
  change: () => Promise<unknown>,
): Promise<void> => {
  try {
    await change();
  } finally {
    listings.invalidate(group.name);
  }
};

/** All keys of a resource, the main file's or the narrative's first, which conditions are about. */
const allKeys = (resource: Resource): [ObjectKey, ...ObjectKey[]] => {
  if (resource.kind === "narrative") return [narrativeKey(resource)];
  return [datasetKey(resource, "main"), ...sidecars.map((file) => datasetKey(resource, file))];
};

const exists = async (store: ResourceStore, resource: Resource, signal: AbortSignal): Promise<boolean> => {
  const isThere = async (key: ObjectKey) => (await store.stat(key, signal)) !== undefined;
  if (resource.kind === "narrative") return isThere(narrativeKey(resource));
  if (await isThere(datasetKey(resource, "main"))) return true;
  const pair = await Promise.all(legacyTypes.map((file) => isThere(datasetKey(resource, file))));
  return pair.every((there) => there);
};
