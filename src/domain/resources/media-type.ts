import type { DatasetFile, DatasetType } from "./resource.ts";
import { datasetTypes } from "./resource.ts";

export const datasetMediaType = (file: DatasetFile): string =>
  `application/vnd.nextstrain.dataset.${file}+json`;
export const narrativeMediaType = "text/vnd.nextstrain.narrative+markdown";
/** Whether only datasets and narratives are of this type. */
export const isResourceMediaType = (mediaType: string): boolean =>
  mediaType === narrativeMediaType || datasetTypes.some((type) => datasetMediaType(type) === mediaType);

export const markdownMediaType = "text/markdown";
export const pngMediaType = "image/png";

/** The dataset file that a media type names; `application/json` means main. */
export const datasetTypeOf = (mediaType: string): DatasetType | undefined =>
  mediaType === "application/json"
    ? "main"
    : datasetTypes.find((type) => datasetMediaType(type) === mediaType);

/** What kind of thing an object is supposed to be. */
export type ObjectKind =
  | { readonly kind: "dataset"; readonly file: DatasetFile }
  | { readonly kind: "narrative" }
  | { readonly kind: "logo" }
  | { readonly kind: "overview" };

/** The type an upload of this kind is stored under (storage.md section 3). */
export const storedMediaType = (object: ObjectKind): string => {
  switch (object.kind) {
    case "dataset":
      return datasetMediaType(object.file);
    case "narrative":
      return narrativeMediaType;
    case "logo":
      return pngMediaType;
    case "overview":
      return markdownMediaType;
  }
};

/** Generic types, under which programs copy files into a bucket; the last is S3's default. */
const genericTypes = [
  "",
  "text/plain",
  "application/octet-stream",
  "application/x-gzip",
  "application/gzip",
  "binary/octet-stream",
];

/**
 * Whether an object stored under this type may be served as this kind. Its key determines the kind, and only a
 * specific other type contradicts it.
 */
export const isReadableAs = (object: ObjectKind, mediaType: string): boolean => {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === storedMediaType(object) || genericTypes.includes(type)) return true;
  if (object.kind === "dataset") return type === "application/json";
  if (object.kind === "logo" || !type.startsWith("text/")) return false;
  return object.kind === "narrative" || type !== "text/html";
};
