import type { ObjectKind } from "../../../domain/resources/media-type.ts";

/**
 * Validates content as a stream, in bounded memory. The returned stream is what is to be stored: the content as gzip. It
 * throws BadContent, at its end at the latest, when the content is invalid; what was read until then must be discarded.
 */
export interface ContentCheck {
  check(kind: ObjectKind, upload: Upload, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface Upload {
  /** How the client encoded the body. */
  readonly encoding: "gzip" | "identity";
  readonly body: AsyncIterable<Uint8Array>;
  /** Called with a few sentences, in ASCII, on what readers will miss in content that is accepted nevertheless. */
  readonly warn?: (warning: string) => void;
}
