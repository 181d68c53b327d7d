import type { AttributeChanges } from "../../../domain/groups/overview-fields.ts";
import { serveTasks } from "../../shared/serve-tasks.ts";
import type { EditedFrontMatter } from "./edit-front-matter.ts";
import { editFrontMatter } from "./edit-front-matter.ts";
import type { ParsedFrontMatter } from "./parse-front-matter.ts";
import { parseFrontMatter } from "./parse-front-matter.ts";

/** To parse front matter, or to change attributes in it. */
export interface FrontMatterTask {
  readonly source: string;
  readonly changes?: AttributeChanges;
}

export type FrontMatterResult = ParsedFrontMatter | EditedFrontMatter;

serveTasks<FrontMatterTask, FrontMatterResult>(({ source, changes }) => ({
  result: changes ? editFrontMatter(source, changes) : parseFrontMatter(source),
}));
