import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { Action } from "../../../domain/identity/policy.ts";
import { may, permit } from "../../../domain/identity/policy.ts";
import type { ObjectKind } from "../../../domain/resources/media-type.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import { datasetKey, narrativeKey } from "../../../domain/resources/object-key.ts";
import type { DatasetFile, Resource } from "../../../domain/resources/resource.ts";
import { datasetTypes, legacyTypes, parseResource, pathInGroup } from "../../../domain/resources/resource.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { DatasetConverter } from "../../../ports/driven/resources/dataset-converter.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { ResourceFile, Resources } from "../../../ports/driving/resources.ts";
import type { Listings } from "../groups/listings.ts";
import type { AuditAccess } from "./audit-access.ts";
import type { StoredFiles } from "./stored-files.ts";
import { readV1 } from "./v1-datasets.ts";

interface Deps {
  readonly catalogue: RoleGroupCatalogue;
  readonly store: ResourceStore;
  readonly files: StoredFiles;
  readonly listings: Listings;
  readonly compression: Compression;
  readonly converter: DatasetConverter;
  readonly auditAccess: AuditAccess;
}

const keyOf = (file: ResourceFile): ObjectKey =>
  file.kind === "dataset" ? datasetKey(file.resource, file.file) : narrativeKey(file.resource);

const kindOf = (file: ResourceFile): ObjectKind =>
  file.kind === "dataset" ? { kind: "dataset", file: file.file } : { kind: "narrative" };

/** Absent: it is the main file, or the only one. */
const otherFile = (file: ResourceFile): string | undefined =>
  file.kind === "dataset" && file.file !== "main" ? file.file : undefined;

export const resources = (d: Deps): Resources => {
  const groupOf = (resource: Resource): Group | undefined => d.catalogue.find(resource.group);
  const allow = (caller: Caller, action: Action, resource: Resource): Group => {
    const group = groupOf(resource);
    permit(caller, action, resource.kind, group);
    return group;
  };
  return {
    at: (group, kind, decodedPath, action) => parseResource(kind, group.name, decodedPath, action),
    permit: (caller, action, resource) => void allow(caller, action, resource),
    isPermitted: (caller, action, resource) => {
      const group = groupOf(resource);
      return group !== undefined && may(caller, action, resource.kind, group);
    },
    exists: async (caller, resource, signal) => {
      allow(caller, "read", resource);
      return exists(d.store, resource, signal);
    },
    read: async (caller, file, signal) => {
      const group = allow(caller, "read", file.resource);
      const stored = await d.files.read(keyOf(file), kindOf(file), signal);
      d.auditAccess(caller, "read", group, pathInGroup(file.resource), otherFile(file));
      return stored;
    },
    stat: async (caller, file, signal) => {
      allow(caller, "read", file.resource);
      return d.files.stat(keyOf(file), kindOf(file), signal);
    },
    readV1: async (caller, resource, admit, signal) => {
      const group = allow(caller, "read", resource);
      const converted = await readV1(d, resource, admit, signal);
      d.auditAccess(caller, "read", group, pathInGroup(resource));
      return converted;
    },
    write: async (caller, file, upload, condition, signal) => {
      const group = allow(caller, "write", file.resource);
      await changing(d, group, () => d.files.write(keyOf(file), kindOf(file), upload, condition, signal));
      d.auditAccess(caller, "write", group, pathInGroup(file.resource), otherFile(file));
    },
    remove: async (caller, resource, condition, signal) => {
      const group = allow(caller, "write", resource);
      const [first, ...others] = allKeys(resource);
      await changing(d, group, () => d.files.remove(first, condition, signal));
      // Before the other files: an outage in between leaves a dataset that is gone for its readers.
      d.auditAccess(caller, "delete", group, pathInGroup(resource));
      await changing(d, group, () =>
        Promise.all(others.map((key) => d.files.remove(key, { kind: "none" }, signal))),
      );
    },
    list: async (caller, group, signal) => {
      permit(caller, "read", "source", group);
      const listing = await d.listings.of(group.name, signal);
      d.auditAccess(caller, "list", group, "");
      return listing;
    },
  };
};

/** Whoever made a change sees it at once; so does who made one that failed, which may have been done all the same. */
const changing = async (
  { listings }: Pick<Deps, "listings">,
  group: Group,
  change: () => Promise<unknown>,
): Promise<void> => {
  try {
    await change();
  } finally {
    listings.invalidate(group.name);
  }
};

/** Main, or the narrative, comes first: conditions are about it. */
const allKeys = (resource: Resource): [ObjectKey, ...ObjectKey[]] => {
  if (resource.kind === "narrative") return [narrativeKey(resource)];
  const others: DatasetFile[] = [...datasetTypes.slice(1), ...legacyTypes];
  return [datasetKey(resource, "main"), ...others.map((file) => datasetKey(resource, file))];
};

const exists = async (store: ResourceStore, resource: Resource, signal: AbortSignal): Promise<boolean> => {
  const isThere = async (key: ObjectKey) => (await store.stat(key, signal)) !== undefined;
  if (resource.kind === "narrative") return isThere(narrativeKey(resource));
  if (await isThere(datasetKey(resource, "main"))) return true;
  const pair = await Promise.all(legacyTypes.map((file) => isThere(datasetKey(resource, file))));
  return pair.every((there) => there);
};
