import type { Branded } from "../brand.ts";
import { BadRequest } from "../failure.ts";
import type { GroupName } from "../groups/group.ts";
import type { DatasetFile, Resource } from "./resource.ts";

/** Where an object lies in the bucket (storage.md section 1); at most 1024 bytes of UTF-8, as S3 demands. */
export type ObjectKey = Branded<"ObjectKey">;

/** What the keys of a listing begin with; ends in a slash. */
export type KeyPrefix = Branded<"KeyPrefix">;

const maxKeyBytes = 1024;

const key = (text: string): ObjectKey => {
  if (new TextEncoder().encode(text).length > maxKeyBytes) {
    throw new BadRequest("This name is too long: a stored name may have 1024 bytes at most.");
  }
  return text as ObjectKey;
};

/** The folder that an object lies in, and its name there. */
export const inFolder = (objectKey: ObjectKey): { folder: KeyPrefix; name: string } => {
  const end = objectKey.lastIndexOf("/") + 1;
  return { folder: objectKey.slice(0, end) as KeyPrefix, name: objectKey.slice(end) };
};

/** The key of a name from a listing of the folder. */
export const keyIn = (folder: KeyPrefix, name: string): ObjectKey => key(`${folder}${name}`);

export const datasetsPrefix = (group: GroupName) => `${group}/datasets/` as KeyPrefix;
export const narrativesPrefix = (group: GroupName) => `${group}/narratives/` as KeyPrefix;

export const logoKey = (group: GroupName): ObjectKey => key(`${group}/group-logo.png`);
export const overviewKey = (group: GroupName): ObjectKey => key(`${group}/group-overview.md`);

/** The name under which a file is stored and downloaded, without its folder. */
export const datasetFileName = (resource: Resource, file: DatasetFile): string =>
  `${resource.parts.join("_")}${file === "main" ? "" : `_${file}`}.json`;

export const narrativeFileName = (resource: Resource): string => `${resource.parts.join("_")}.md`;

export const datasetKey = (resource: Resource, file: DatasetFile): ObjectKey =>
  key(`${datasetsPrefix(resource.group)}${datasetFileName(resource, file)}`);

export const narrativeKey = (resource: Resource): ObjectKey =>
  key(`${narrativesPrefix(resource.group)}${narrativeFileName(resource)}`);
