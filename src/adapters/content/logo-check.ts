import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { BadContent } from "../../domain/failure.ts";
import { maxLogoBytes } from "../../domain/groups/group-info.ts";
import { bufferedCheck } from "./buffered-check.ts";
import type { Checker } from "./checker.ts";
import { formatCount } from "./format.ts";

/** In pixels. */
const maxSide = 10_000;
/** In pixels. A browser needs 4 bytes for each. */
const maxPixels = 50_000_000;
/** Encoders write chunks of 8 kB or more; checking 160 000 empty ones would take 100 ms. */
const maxChunks = 10_000;

/** PNG (third edition) section 5.2. */
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bytes of a chunk's length, type and CRC (section 5.3). */
const chunkOverhead = 12;

interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
}

const damaged = (why: string): BadContent =>
  new BadContent(`This PNG image is damaged: ${why}. Export it again and retry.`);

/** The chunks up to IEND, after which nothing may follow: it would be served without having been checked. */
const pngChunks = function* (file: Buffer): Generator<PngChunk> {
  let offset = signature.length;
  let chunks = 0;
  while (offset + chunkOverhead <= file.length) {
    const length = file.readUInt32BE(offset);
    if (offset + chunkOverhead + length > file.length) throw damaged("it is cut off");
    const typeAndData = file.subarray(offset + 4, offset + 8 + length);
    const type = typeAndData.toString("latin1", 0, 4);
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged("it holds a part of no known kind");
    if (crc32(typeAndData) !== file.readUInt32BE(offset + 8 + length)) throw damaged("a checksum is wrong");
    offset += chunkOverhead + length;
    chunks += 1;
    if (chunks > maxChunks) throw damaged(`it has more than ${formatCount(maxChunks)} parts`);
    yield { type, data: typeAndData.subarray(4) };
    if (type === "IEND") {
      if (offset !== file.length) throw damaged("something follows its end");
      return;
    }
  }
  throw damaged("it is cut off");
};

const checkHeader = (chunk: PngChunk | undefined): void => {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13) throw damaged("its header is missing");
  const width = chunk.data.readUInt32BE(0);
  const height = chunk.data.readUInt32BE(4);
  if (width === 0 || height === 0) throw damaged("it has no pixels");
  if (width > maxSide || height > maxSide || width * height > maxPixels) {
    throw new BadContent(
      `This image has ${formatCount(width)} × ${formatCount(height)} pixels. A logo may have ${formatCount(maxSide)} on a side ` +
        `and ${formatCount(maxPixels)} in all; a few hundred are enough.`,
    );
  }
};

/** Number of chunks that are checked before the check yields to the event loop. */
const chunksPerTurn = 1000;

const checkPng = async (file: Buffer): Promise<void> => {
  if (!file.subarray(0, signature.length).equals(signature)) {
    throw new BadContent("This is not a PNG image. Save the logo as PNG; another file name is not enough.");
  }
  let checked = 0;
  let hasPixels = false;
  for (const chunk of pngChunks(file)) {
    if (checked === 0) checkHeader(chunk);
    checked += 1;
    if (checked % chunksPerTurn === 0) await yieldToEventLoop();
    if (chunk.type === "IDAT") hasPixels = true;
  }
  if (!hasPixels) throw damaged("it has no pixels");
};

/** Checks a group's logo: a PNG image with intact chunks. Its pixel data is not decompressed. */
export const logoCheck = (): Checker => bufferedCheck("A logo", maxLogoBytes, checkPng);
