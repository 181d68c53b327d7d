import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { formatSize } from "./format.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { maxFrontMatterBytes } from "./front-matter/front-matter.ts";
import type { FrontMatterSplit } from "./front-matter/split-front-matter.ts";
import { splitFrontMatter } from "./front-matter/split-front-matter.ts";
import { utf8Check } from "./json/utf8-check.ts";

/** Front matter with its delimiters. */
const maxHeadBytes = maxFrontMatterBytes + 64;

/** In characters: a byte order mark, three hyphens and a line terminator. */
const openingDelimiterLength = 5;

const explanation =
  'A narrative begins with a line of three hyphens, lines such as "title: My title", and another line of three hyphens.';

const checkFrontMatter = async (
  split: FrontMatterSplit,
  isComplete: boolean,
  frontMatter: FrontMatterReader,
): Promise<void> => {
  if (split.outcome === "none") throw new BadContent(`This narrative has no front matter. ${explanation}`);
  if (split.outcome === "unclosed") {
    const why = isComplete
      ? "does not end: the second line of three hyphens is missing"
      : `has more than ${formatSize(maxFrontMatterBytes)}, or does not end`;
    throw new BadContent(`The front matter of this narrative ${why}. ${explanation}`);
  }
  if (
    split.outcome === "empty" ||
    Object.keys(await frontMatter.parseAttributes(split.source)).length === 0
  ) {
    throw new BadContent(`The front matter of this narrative is empty. ${explanation}`);
  }
};

/**
 * Checks a narrative: UTF-8 text with front matter. A title and a dataset, which Auspice needs too, are not required,
 * so that drafts can be stored. The body is not buffered, since it may contain large images.
 */
export const narrativeCheck = (frontMatter: FrontMatterReader): Checker => {
  const utf8 = utf8Check();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let head: string | undefined = "";
  let headBytes = 0;

  const checkHead = async (isComplete: boolean): Promise<void> => {
    if (head === undefined) return;
    const split = splitFrontMatter(head);
    const isDecided =
      split.outcome === "found" || (split.outcome === "none" && head.length >= openingDelimiterLength);
    if (!isDecided && !isComplete && headBytes < maxHeadBytes) return;
    head = undefined;
    await checkFrontMatter(split, isComplete, frontMatter);
  };

  return {
    push(chunk) {
      utf8.push(chunk);
      if (head === undefined) return undefined;
      const headChunk = chunk.subarray(0, maxHeadBytes - headBytes);
      head += decoder.decode(headChunk, { stream: true });
      headBytes += headChunk.length;
      return checkHead(false);
    },
    async end() {
      utf8.end();
      await checkHead(true);
    },
  };
};
