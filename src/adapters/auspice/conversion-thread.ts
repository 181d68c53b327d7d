import { workerData } from "node:worker_threads";
import { serveTasks } from "../shared/serve-tasks.ts";
import { collectGarbage } from "./collect-garbage.ts";
import type { ConversionTask, Converted, ConvertFromV1 } from "./conversion.ts";
import { convert } from "./conversion.ts";

// Auspice's index.js names the same function, but only beside its whole command line.
const { convertFromV1 }: { convertFromV1: ConvertFromV1 } = await import(workerData);

serveTasks<ConversionTask, Converted>(async (task) => {
  const result = await convert(task, convertFromV1);
  collectGarbage();
  return { result, ...(result.kind === "gzip" ? { transfer: [result.bytes.buffer] } : {}) };
});
