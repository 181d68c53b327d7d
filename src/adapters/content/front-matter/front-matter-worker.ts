import { serveTasks } from "../../shared/serve-tasks.ts";
import type { ParsedFrontMatter } from "./parse-front-matter.ts";
import { parseFrontMatter } from "./parse-front-matter.ts";

serveTasks<string, ParsedFrontMatter>((source) => ({ result: parseFrontMatter(source) }));
