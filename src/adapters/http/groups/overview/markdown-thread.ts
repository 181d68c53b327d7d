import { answerTasks } from "../../../shared/answer-tasks.ts";
import type { Rendered, Source } from "./markdown.ts";
import { render } from "./markdown.ts";

answerTasks<Source, Rendered>((source) => ({ result: render(source) }));
