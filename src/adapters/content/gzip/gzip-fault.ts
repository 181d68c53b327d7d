export const trailingJunk =
  "something follows its end, or it is made of several parts (members) of more than 64 KiB";

/** What is wrong with a gzip file, by zlib's code; undefined when the fault is not the file's. */
export const gzipFault = (error: unknown): string | undefined => {
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

/** zlib's defaults of 16 KiB make half the speed. */
export const zlibChunkSize = 65_536;

/**
 * For uploads that are stored as they come: one member of gzip and nothing behind it. RFC 1952 section 2.2
 * allows several, but Chromium reads only the first of a response's.
 */
export const strictGunzip = { chunkSize: zlibChunkSize, rejectGarbageAfterEnd: true } as const;
