import { answerTasks } from "../../shared/answer-tasks.ts";
import type { Rendered } from "./markdown.ts";
import { render } from "./markdown.ts";

answerTasks<string, Rendered>((markdown) => ({ result: render(markdown) }));
