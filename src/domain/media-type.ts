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

/** Types under which operators copy plain files into a bucket; the last is what S3 itself makes up. */
const plainTypes = ["application/json", "text/plain", "application/octet-stream", "binary/octet-stream"];

/** Whether an object stored under this type may be served as this kind (storage.md section 3). */
export const isReadableAs = (object: ObjectKind, mediaType: string): boolean => {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === storedMediaType(object)) return true;
  if (object.kind === "dataset") return plainTypes.includes(type);
  if (object.kind === "narrative") return type.startsWith("text/") || type === "binary/octet-stream";
  return false;
};
