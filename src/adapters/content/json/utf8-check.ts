import { isUtf8 } from "node:buffer";
import { BadContent } from "../../../domain/failure.ts";
import type { Checker } from "../checker.ts";
import { formatBytePosition } from "../format.ts";

/** Length of the byte sequence that this lead byte begins (RFC 3629 section 4); 1 for any other byte. */
const sequenceLength = (lead: number): number =>
  lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;

/** Index of an incomplete sequence at the end of the chunk, or the chunk's length. */
const completeLength = (chunk: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= chunk.length; back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? chunk.length - back : chunk.length;
    if (byte < 0x80) break;
  }
  return chunk.length;
};

const firstInvalidIndex = (chunk: Uint8Array): number => {
  let index = 0;
  while (index < chunk.length) {
    const length = sequenceLength(chunk[index] ?? 0);
    if (!isUtf8(chunk.subarray(index, index + length))) return index;
    index += length;
  }
  return index;
};

/** Advice for files that are gzip or UTF-16, by their first bytes. */
const hint = (previous: number | undefined, invalid: number | undefined, offset: number): string => {
  if (offset === 1 && previous === 0x1f && invalid === 0x8b)
    return "It is compressed with gzip; unpack it first.";
  if (offset === 0 && (invalid === 0xff || invalid === 0xfe))
    return "It looks like UTF-16; save it as UTF-8.";
  return "Save it as UTF-8 and try again.";
};

/** Checks that text is well-formed UTF-8 (RFC 3629). Sequences may be split between chunks. */
export const utf8Check = (): Checker => {
  let offset = 0;
  let lastByte: number | undefined;
  let incomplete = new Uint8Array(0);

  const fail = (chunk: Uint8Array, index: number): never => {
    const previous = index > 0 ? chunk[index - 1] : lastByte;
    throw new BadContent(
      `This is not UTF-8 text, at ${formatBytePosition(offset + index + 1)}. ${hint(previous, chunk[index], offset + index)}`,
    );
  };

  const checkComplete = (chunk: Uint8Array): void => {
    if (!isUtf8(chunk)) fail(chunk, firstInvalidIndex(chunk));
    offset += chunk.length;
    if (chunk.length > 0) lastByte = chunk[chunk.length - 1];
  };

  return {
    push(chunk) {
      let rest = chunk;
      if (incomplete.length > 0) {
        const missing = Math.min(sequenceLength(incomplete[0] ?? 0) - incomplete.length, rest.length);
        incomplete = Uint8Array.from([...incomplete, ...rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (incomplete.length < sequenceLength(incomplete[0] ?? 0)) return;
        checkComplete(incomplete);
      }
      const until = completeLength(rest);
      checkComplete(rest.subarray(0, until));
      incomplete = rest.slice(until);
    },
    end() {
      if (incomplete.length > 0) fail(incomplete, 0);
    },
  };
};
