import { answerTasks } from "../shared/answer-tasks.ts";
import { collectGarbage } from "./collect-garbage.ts";
import type { ConversionTask, Converted } from "./conversion.ts";
import { convert } from "./conversion.ts";

answerTasks<ConversionTask, Converted>(async (task) => {
  const result = await convert(task);
  collectGarbage();
  return { result, ...(result.kind === "gzip" ? { transfer: [result.bytes.buffer] } : {}) };
});
