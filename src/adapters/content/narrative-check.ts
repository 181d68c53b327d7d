import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { sizeOf } from "./checker.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { maxFrontMatterBytes } from "./front-matter/front-matter.ts";
import type { Split } from "./front-matter/split-front-matter.ts";
import { splitFrontMatter } from "./front-matter/split-front-matter.ts";
import { utf8Check } from "./json/utf8-check.ts";

/** The front matter with the lines around it. */
const maxHeadBytes = maxFrontMatterBytes + 64;

/** In characters: a byte order mark, three hyphens and the end of their line. */
const openingLength = 5;

const explanation =
  'A narrative begins with a line of three hyphens, lines such as "title: My title", and another line of three hyphens.';

const judge = async (split: Split, isWhole: boolean, frontMatter: FrontMatterReader): Promise<void> => {
  if (split.outcome === "none") throw new BadContent(`This narrative has no front matter. ${explanation}`);
  if (split.outcome === "unclosed") {
    const why = isWhole
      ? "does not end: the second line of three hyphens is missing"
      : `has more than ${sizeOf(maxFrontMatterBytes)}, or does not end`;
    throw new BadContent(`The front matter of this narrative ${why}. ${explanation}`);
  }
  if (split.outcome === "empty" || Object.keys(await frontMatter.attributes(split.source)).length === 0) {
    throw new BadContent(`The front matter of this narrative is empty. ${explanation}`);
  }
};

/**
 * A narrative: UTF-8 text with front matter. That Auspice also wants a title and a dataset is not asked for:
 * it says so itself, and drafts may be stored. The text behind may be large, for it holds images.
 */
export const narrativeCheck = (frontMatter: FrontMatterReader): Checker => {
  const utf8 = utf8Check();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let head: string | undefined = "";
  let headBytes = 0;

  const judgeHead = async (isWhole: boolean): Promise<void> => {
    if (head === undefined) return;
    const split = splitFrontMatter(head);
    const isSettled = split.outcome === "found" || (split.outcome === "none" && head.length >= openingLength);
    if (!isSettled && !isWhole && headBytes < maxHeadBytes) return;
    head = undefined;
    await judge(split, isWhole, frontMatter);
  };

  return {
    push(piece) {
      utf8.push(piece);
      if (head === undefined) return undefined;
      const part = piece.subarray(0, maxHeadBytes - headBytes);
      head += decoder.decode(part, { stream: true });
      headBytes += part.length;
      return judgeHead(false);
    },
    async end() {
      utf8.end();
      await judgeHead(true);
    },
  };
};
