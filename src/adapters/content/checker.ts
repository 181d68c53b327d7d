/**
 * An incremental check of content, in bounded memory. Both methods throw BadContent for invalid content, as early as
 * possible. A returned promise has to be awaited before the next call.
 */
export interface Checker {
  push(chunk: Uint8Array): void | Promise<void>;
  /** Called once, after the last chunk. */
  end(): void | Promise<void>;
}
