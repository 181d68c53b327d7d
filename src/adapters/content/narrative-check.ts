import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { sizeOf } from "./checker.ts";
import { maxFrontMatterBytes, parseAttributes, splitFrontMatter } from "./front-matter.ts";
import { utf8Check } from "./utf8-check.ts";

/** The front matter with the lines around it. */
const maxHeadBytes = maxFrontMatterBytes + 64;

const explanation =
  'A narrative begins with a line of three hyphens, lines such as "title: My title", and another line of three hyphens.';

const judge = (head: string, isWhole: boolean): void => {
  const split = splitFrontMatter(head);
  if (split.outcome === "none") throw new BadContent(`This narrative has no front matter. ${explanation}`);
  if (split.outcome === "unclosed") {
    const why = isWhole
      ? "does not end: the second line of three hyphens is missing"
      : `has more than ${sizeOf(maxFrontMatterBytes)}, or does not end`;
    throw new BadContent(`The front matter of this narrative ${why}. ${explanation}`);
  }
  if (Object.keys(parseAttributes(split.source)).length === 0) {
    throw new BadContent(`The front matter of this narrative is empty. ${explanation}`);
  }
};

/**
 * A narrative: UTF-8 text with front matter. That Auspice also wants a title and a dataset is not asked for:
 * it says so itself, and drafts may be stored. The text behind may be large, for it holds images.
 */
export const narrativeCheck = (): Checker => {
  const utf8 = utf8Check();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let head: string | undefined = "";
  let headBytes = 0;

  const judgeHead = (isWhole: boolean): void => {
    if (head === undefined) return;
    judge(head, isWhole);
    head = undefined;
  };

  return {
    push(piece) {
      utf8.push(piece);
      if (head === undefined) return;
      const part = piece.subarray(0, maxHeadBytes - headBytes);
      head += decoder.decode(part, { stream: true });
      headBytes += part.length;
      if (headBytes >= maxHeadBytes) judgeHead(false);
    },
    end() {
      utf8.end();
      judgeHead(true);
    },
  };
};
