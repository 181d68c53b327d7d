import { createGunzip } from "node:zlib";
import { UnusableObject } from "../../../domain/failure.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import { gzipFault, zlibChunkSize } from "./gzip-fault.ts";
import { zlibCoder } from "./zlib-coder.ts";

const translate = (error: Error): Error =>
  gzipFault(error) === undefined
    ? error
    : new UnusableObject("This file is damaged where it is stored. Please upload it again.", {
        cause: error,
      });

const gunzip = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Operators may have put files of several members there, as bgzip makes them; the strict option refuses those.
  const coder = zlibCoder(createGunzip({ chunkSize: zlibChunkSize }), translate);
  let isEmpty = true;
  try {
    for await (const piece of body) {
      if (piece.length > 0) isEmpty = false;
      yield* coder.push(piece);
    }
    // zlib takes no bytes at all for a complete file.
    if (isEmpty) throw new UnusableObject("This file is empty where it is stored. Please upload it again.");
    yield* coder.end();
  } finally {
    coder.destroy();
  }
};

export const compression = (): Compression => ({ gunzip });
