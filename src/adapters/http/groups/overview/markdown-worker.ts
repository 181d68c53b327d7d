import { serveTasks } from "../../../shared/serve-tasks.ts";
import type { MarkdownSource, RenderedMarkdown } from "./markdown.ts";
import { renderMarkdown } from "./markdown.ts";

serveTasks<MarkdownSource, RenderedMarkdown>((source) => ({ result: renderMarkdown(source) }));
