import { answerTasks } from "../../shared/answer-tasks.ts";
import type { Values } from "./front-matter-source.ts";
import { readValues } from "./front-matter-source.ts";

answerTasks<string, Values>((source) => ({ result: readValues(source) }));
