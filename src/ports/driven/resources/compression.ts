/** The gzip coding (RFC 1952) of streams. */
export interface Compression {
  /** Decompresses a stored stream. Throws UnusableObject if it is damaged. */
  gunzip(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
