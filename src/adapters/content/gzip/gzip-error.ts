export const trailingJunk =
  "something follows its end, or it is made of several parts (members) of more than 64 KiB";

/** Describes an error of zlib about the data, for a message; undefined for any other error. */
export const describeGzipError = (error: unknown): string | undefined => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "Z_BUF_ERROR":
      return "it ends too early";
    case "Z_DATA_ERROR":
    case "Z_NEED_DICT":
      return "its bytes do not fit together";
    case "ERR_TRAILING_JUNK_AFTER_STREAM_END":
      return trailingJunk;
    default:
      return undefined;
  }
};

/** In bytes. zlib's default of 16 KiB halves the throughput. */
export const zlibChunkSize = 65_536;

/**
 * Accepts a single member with nothing after it, for uploads that are stored without recompression. RFC 1952 section
 * 2.2 allows several members, but Chromium reads only the first one of a response.
 */
export const strictGunzipOptions = { chunkSize: zlibChunkSize, rejectGarbageAfterEnd: true } as const;
