import { maxOverviewBytes } from "../../domain/groups/group-info.ts";
import type { Checker } from "./checker.ts";
import { collectedCheck } from "./collected-check.ts";
import type { FrontMatterReader } from "./front-matter/front-matter.ts";
import { utf8Check } from "./json/utf8-check.ts";

/** A group's overview: UTF-8 text; front matter is optional, and can be parsed when there is some. */
export const overviewCheck = (frontMatter: FrontMatterReader): Checker =>
  collectedCheck("A group's overview", maxOverviewBytes, async (whole) => {
    const utf8 = utf8Check();
    utf8.push(whole);
    utf8.end();
    await frontMatter.parse(whole.toString("utf8"));
  });
