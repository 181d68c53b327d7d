import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { BadContent } from "../../domain/failure.ts";
import { maxLogoBytes } from "../../domain/groups/group-info.ts";
import type { Checker } from "./checker.ts";
import { countOf } from "./checker.ts";
import { collectedCheck } from "./collected-check.ts";

const maxSide = 10_000;
/** Pixels: a browser that draws the logo takes 4 bytes for each. */
const maxArea = 50_000_000;
/** Usual encoders write parts of 8 kB and more; looking at 160 000 empty ones takes a tenth of a second. */
const maxChunks = 10_000;

/** PNG (third edition) section 5.2. */
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length, type and checksum of a chunk (section 5.3). */
const chunkOverhead = 12;

interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
}

const damaged = (why: string): BadContent =>
  new BadContent(`This PNG image is damaged: ${why}. Export it again and retry.`);

/** The chunks up to IEND, which has to be the end of the file: what follows it would be served unseen. */
const chunksOf = function* (file: Buffer): Generator<PngChunk> {
  let at = signature.length;
  let chunks = 0;
  while (at + chunkOverhead <= file.length) {
    const length = file.readUInt32BE(at);
    if (at + chunkOverhead + length > file.length) throw damaged("it is cut off");
    const typeAndData = file.subarray(at + 4, at + 8 + length);
    const type = typeAndData.toString("latin1", 0, 4);
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged("it holds a part of no known kind");
    if (crc32(typeAndData) !== file.readUInt32BE(at + 8 + length)) throw damaged("a checksum is wrong");
    at += chunkOverhead + length;
    chunks += 1;
    if (chunks > maxChunks) throw damaged(`it has more than ${countOf(maxChunks)} parts`);
    yield { type, data: typeAndData.subarray(4) };
    if (type === "IEND") {
      if (at !== file.length) throw damaged("something follows its end");
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
  if (width > maxSide || height > maxSide || width * height > maxArea) {
    throw new BadContent(
      `This image has ${countOf(width)} × ${countOf(height)} pixels. A logo may have ${countOf(maxSide)} on a side ` +
        `and ${countOf(maxArea)} in all; a few hundred are enough.`,
    );
  }
};

/** Parts that are looked at at a stretch; then others have their turn. */
const sliceSize = 1000;

const judge = async (file: Buffer): Promise<void> => {
  if (!file.subarray(0, signature.length).equals(signature)) {
    throw new BadContent("This is not a PNG image. Save the logo as PNG; another file name is not enough.");
  }
  let seen = 0;
  let hasPixels = false;
  for (const chunk of chunksOf(file)) {
    if (seen === 0) checkHeader(chunk);
    seen += 1;
    if (seen % sliceSize === 0) await nextTurn();
    if (chunk.type === "IDAT") hasPixels = true;
  }
  if (!hasPixels) throw damaged("it has no pixels");
};

/** A group's logo: a PNG image whose parts are whole. Its pixels are not unpacked. */
export const logoCheck = (): Checker => collectedCheck("A logo", maxLogoBytes, judge);
