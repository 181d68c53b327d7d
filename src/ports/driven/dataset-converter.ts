import type { JsonObject } from "../../domain/brand.ts";

/** Makes one v2 dataset of a v1 pair of files (storage.md section 4). */
export interface DatasetConverter {
  /** Throws UnusableObject when the pair makes no dataset. */
  fromV1(meta: JsonObject, tree: JsonObject): Promise<JsonObject>;
}
