import type { JsonObject } from "../../domain/brand.ts";

/** Makes one v2 dataset of a v1 pair of files (storage.md section 4). */
export interface DatasetConverter {
  /** Uses the pair up: its parts become the dataset. Throws UnusableObject when they make none. */
  fromV1(meta: JsonObject, tree: JsonObject): Promise<JsonObject>;
}
