import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { sizeOf } from "./checker.ts";

/** For small things: collects at most `maxBytes`, then judges the whole. */
export const collectedCheck = (
  what: string,
  maxBytes: number,
  judge: (whole: Buffer) => void | Promise<void>,
): Checker => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  return {
    push(piece) {
      size += piece.length;
      if (size > maxBytes) {
        throw new BadContent(`${what} may have ${sizeOf(maxBytes)} at most. Make it smaller and try again.`);
      }
      pieces.push(piece);
    },
    end: () => judge(Buffer.concat(pieces, size)),
  };
};
