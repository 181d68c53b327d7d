import { isUtf8 } from "node:buffer";
import { BadContent } from "../../../domain/failure.ts";
import type { Checker } from "../checker.ts";
import { bytePosition } from "../checker.ts";

/** How many bytes the character that begins with this byte has (RFC 3629 section 4); 1 for what begins none. */
const lengthAt = (lead: number): number =>
  lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;

/** Where a character begins that the piece does not complete, or the piece's length. */
const completeUntil = (piece: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= piece.length; back += 1) {
    const byte = piece[piece.length - back] ?? 0;
    if (byte >= 0xc0) return lengthAt(byte) > back ? piece.length - back : piece.length;
    if (byte < 0x80) break;
  }
  return piece.length;
};

const firstInvalid = (piece: Uint8Array): number => {
  let at = 0;
  while (at < piece.length) {
    const length = lengthAt(piece[at] ?? 0);
    if (!isUtf8(piece.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
};

/** The usual ways in which text is something else, by how the invalid place looks. */
const hint = (before: number | undefined, invalid: number | undefined, offset: number): string => {
  if (offset === 1 && before === 0x1f && invalid === 0x8b)
    return "It is compressed with gzip; unpack it first.";
  if (offset === 0 && (invalid === 0xff || invalid === 0xfe))
    return "It looks like UTF-16; save it as UTF-8.";
  return "Save it as UTF-8 and try again.";
};

/** Text has to be well-formed UTF-8 (RFC 3629); characters may be split between pieces. */
export const utf8Check = (): Checker => {
  let before = 0;
  let last: number | undefined;
  let tail = new Uint8Array(0);

  const refuse = (piece: Uint8Array, at: number): never => {
    const previous = at > 0 ? piece[at - 1] : last;
    throw new BadContent(
      `This is not UTF-8 text, at ${bytePosition(before + at + 1)}. ${hint(previous, piece[at], before + at)}`,
    );
  };

  const take = (piece: Uint8Array): void => {
    if (!isUtf8(piece)) refuse(piece, firstInvalid(piece));
    before += piece.length;
    if (piece.length > 0) last = piece[piece.length - 1];
  };

  return {
    push(piece) {
      let rest = piece;
      if (tail.length > 0) {
        const missing = Math.min(lengthAt(tail[0] ?? 0) - tail.length, rest.length);
        tail = Uint8Array.from([...tail, ...rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (tail.length < lengthAt(tail[0] ?? 0)) return;
        take(tail);
      }
      const until = completeUntil(rest);
      take(rest.subarray(0, until));
      tail = rest.slice(until);
    },
    end() {
      if (tail.length > 0) refuse(tail, 0);
    },
  };
};
