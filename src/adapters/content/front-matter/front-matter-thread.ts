import { serveTasks } from "../../shared/serve-tasks.ts";
import type { Values } from "./front-matter-source.ts";
import { readValues } from "./front-matter-source.ts";

serveTasks<string, Values>((source) => ({ result: readValues(source) }));
