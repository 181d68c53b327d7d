import type { Admit } from "../admit.ts";

/** The v1 pair of files that one dataset is (storage.md section 4). */
export interface V1Pair {
  /** Another one whenever the files are others. */
  readonly tag: string;
  /** For the conversion, if it has yet to be begun. */
  readonly admit: Admit;
  /** Both files, unpacked; called when it is their turn, if they have to be read at all. Their bytes are used up. */
  read(): Promise<{ readonly meta: Uint8Array<ArrayBuffer>; readonly tree: Uint8Array<ArrayBuffer> }>;
}

/** Makes one v2 dataset of a v1 pair of files. */
export interface DatasetConverter {
  /** Another one whenever the same pair may be converted otherwise. */
  readonly version: string;
  /**
   * The dataset as JSON, as gzip; the same bytes for whoever asks for the same pair.
   * Throws UnusableObject when they make none, Busy, PartMissing, and what `read` throws.
   */
  fromV1(pair: V1Pair): Promise<Uint8Array>;
}
