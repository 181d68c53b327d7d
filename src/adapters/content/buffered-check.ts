import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { formatSize } from "./format.ts";

/** Buffers small content, of at most `maxBytes`, and checks it as a whole. `subject`: how messages name it. */
export const bufferedCheck = (
  subject: string,
  maxBytes: number,
  check: (content: Buffer) => void | Promise<void>,
): Checker => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new BadContent(
          `${subject} may have ${formatSize(maxBytes)} at most. Make it smaller and try again.`,
        );
      }
      chunks.push(chunk);
    },
    end: () => check(Buffer.concat(chunks, size)),
  };
};
