import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Busy, PartMissing, UnusableObject } from "../../domain/failure.ts";
import type { DatasetConverter, V1Pair } from "../../ports/driven/resources/dataset-converter.ts";
import { QueueBusy } from "../shared/bounded-queue.ts";
import { memoizeAsync } from "../shared/memoize-async.ts";
import { workerPool } from "../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../shared/worker-thread.ts";
import type { ConversionTask, Converted } from "./conversion.ts";
import type { Installation } from "./installation.ts";

/** Bytes of gzip: some dozens of datasets. */
const maxRemembered = 32_000_000;

/** Seconds. A limit that was reached may have been the machine's fault, so it is tried again, but not for each reader. */
const limitsLast = 3600;

const overLimit =
  "This dataset is stored in the old form (v1), and takes this server too much time or memory to convert.";

/**
 * Converts in another thread, one dataset at a time, since a tree takes ten times its size in memory. What came of a
 * pair is remembered, failures too, and those who ask for the same pair meanwhile wait for it together.
 */
export const datasetConverter = ({
  folder,
  version,
}: Installation): DatasetConverter & { close(): Promise<void> } => {
  const module = pathToFileURL(join(folder, "cli-build", "server", "convertJsonSchemas.js")).href;
  const pool = workerPool<ConversionTask, Converted>({
    module: new URL("./conversion-thread.ts", import.meta.url),
    maxThreads: 1,
    memory: 192,
    taskTimeout: 20,
    workerData: module,
    maxQueue: 50,
    queueTimeout: 30,
    // It is seldom needed, and holds more memory than anything else.
    isSingleUse: true,
  });
  const convert = memoizeAsync<Converted, V1Pair>({
    maxSize: maxRemembered,
    sizeOf: (converted) => (converted.kind === "gzip" ? converted.bytes.length : 0),
    compute: async (pair, setTtl) => {
      try {
        return await pool.runPrepared(async () => {
          const { meta, tree } = await pair.read();
          return { task: { meta, tree }, transfer: [meta.buffer, tree.buffer] };
        });
      } catch (error) {
        if (error instanceof QueueBusy) throw new Busy({ cause: error });
        if (error instanceof ThreadNotStarted) throw new PartMissing({ cause: error });
        if (error instanceof UnusableObject) return { kind: "refused", why: error.message };
        if (!(error instanceof LimitExceeded)) throw error;
        setTtl(limitsLast);
        return { kind: "refused", why: overLimit };
      }
    },
  });
  return {
    version,
    fromV1: async (pair) => {
      const converted = await convert(pair.tag, pair, pair.admit);
      if (converted.kind === "gzip") return converted.bytes;
      throw new UnusableObject(converted.why);
    },
    close: () => pool.close(),
  };
};
