/** The gzip coding (RFC 1952) of streams. */
export interface Compression {
  /** Decompresses a stream that was checked when it was stored. Throws UnusableObject if it is damaged all the same. */
  gunzip(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
