import { maxOverviewBytes } from "../../domain/groups/group-info.ts";
import { bufferedCheck } from "./buffered-check.ts";
import type { Checker } from "./checker.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { utf8Check } from "./json/utf8-check.ts";

/** Checks a group's overview: UTF-8 text. Front matter is optional, and has to be valid if there is any. */
export const overviewCheck = (frontMatter: FrontMatterReader): Checker =>
  bufferedCheck("A group's overview", maxOverviewBytes, async (whole) => {
    const utf8 = utf8Check();
    utf8.push(whole);
    utf8.end();
    await frontMatter.parse(whole.toString("utf8"));
  });
