import type { Admit } from "../admit.ts";

/** The v1 pair of files that one dataset is (storage.md section 4). */
export interface V1Pair {
  /** Identifies the pair's content: other files have another tag. */
  readonly tag: string;
  /** Admission for the conversion, if it is not cached. */
  readonly admit: Admit;
  /** Both files, decompressed; called only for a conversion that is not cached. Their buffers are transferred. */
  read(): Promise<{ readonly meta: Uint8Array<ArrayBuffer>; readonly tree: Uint8Array<ArrayBuffer> }>;
}

/** Converts a v1 pair of files to a v2 dataset. */
export interface DatasetConverter {
  /** Changes whenever the result for the same pair may change. */
  readonly version: string;
  /**
   * The dataset as JSON, compressed with gzip; the same bytes for the same pair.
   * Throws UnusableObject when the pair cannot be converted, Busy, PartMissing, and what `read` throws.
   */
  fromV1(pair: V1Pair): Promise<Uint8Array>;
}
