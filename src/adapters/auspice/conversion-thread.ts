import { answerTasks } from "../shared/answer-tasks.ts";
import type { ConversionTask, Converted } from "./conversion.ts";
import { convert } from "./conversion.ts";

answerTasks<ConversionTask, Converted>(async (task) => {
  const result = await convert(task);
  return { result, ...(result.kind === "gzip" ? { transfer: [result.bytes.buffer] } : {}) };
});
