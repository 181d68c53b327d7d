import { serveTasks } from "../../../shared/serve-tasks.ts";
import type { Rendered, Source } from "./markdown.ts";
import { render } from "./markdown.ts";

serveTasks<Source, Rendered>((source) => ({ result: render(source) }));
