import { createGunzip } from "node:zlib";
import { UnusableObject } from "../../../domain/failure.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import { describeGzipError, zlibChunkSize } from "./gzip-error.ts";
import { zlibCodec } from "./zlib-codec.ts";

const mapError = (error: Error): Error =>
  describeGzipError(error) === undefined
    ? error
    : new UnusableObject("This file is damaged where it is stored. Please upload it again.", {
        cause: error,
      });

const gunzip = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Files that operators have copied into the store may have several members, as bgzip's do.
  const codec = zlibCodec(createGunzip({ chunkSize: zlibChunkSize }), mapError);
  let isEmpty = true;
  try {
    for await (const chunk of body) {
      if (chunk.length > 0) isEmpty = false;
      yield* codec.push(chunk);
    }
    // zlib accepts empty input as a complete file.
    if (isEmpty) throw new UnusableObject("This file is empty where it is stored. Please upload it again.");
    yield* codec.end();
  } finally {
    codec.destroy();
  }
};

export const compression = (): Compression => ({ gunzip });
