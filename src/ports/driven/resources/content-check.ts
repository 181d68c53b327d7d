import type { ObjectKind } from "../../../domain/resources/media-type.ts";

/**
 * Looks at content while it streams past, in bounded memory. The returned stream is what is to be stored:
 * the gzip form of the content. It throws BadContent, at the latest where it would end, when the content
 * is not what it should be; whatever consumed it until then must be thrown away.
 */
export interface ContentCheck {
  check(kind: ObjectKind, upload: Upload, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface Upload {
  /** How the client encoded the body. */
  readonly encoding: "gzip" | "identity";
  readonly body: AsyncIterable<Uint8Array>;
  /** Is told, in sentences of ASCII and few in number, what readers will miss in content that is taken all the same. */
  readonly warn?: (warning: string) => void;
}
