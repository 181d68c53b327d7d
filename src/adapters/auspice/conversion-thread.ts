import { workerData } from "node:worker_threads";
import { collectGarbage } from "../shared/collect-garbage.ts";
import { serveTasks } from "../shared/serve-tasks.ts";
import type { ConversionResult, ConversionTask, ConvertFromV1 } from "./conversion.ts";
import { convert } from "./conversion.ts";

// Auspice's index.js exports the same function, but loads the whole command line.
const { convertFromV1 }: { convertFromV1: ConvertFromV1 } = await import(workerData);

serveTasks<ConversionTask, ConversionResult>(async (task) => {
  const result = await convert(task, convertFromV1);
  collectGarbage();
  return { result, ...(result.kind === "gzip" ? { transfer: [result.bytes.buffer] } : {}) };
});
