import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Busy, PartMissing, UnusableObject } from "../../domain/failure.ts";
import type { DatasetConverter, V1Pair } from "../../ports/driven/resources/dataset-converter.ts";
import { QueueBusy } from "../shared/bounded-queue.ts";
import { memoizeAsync } from "../shared/memoize-async.ts";
import { workerPool } from "../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../shared/worker-thread.ts";
import type { ConversionResult, ConversionTask } from "./conversion.ts";
import type { Installation } from "./installation.ts";

/** In bytes of gzip: some dozens of datasets. */
const maxCacheSize = 32_000_000;

/** In seconds. Reaching a limit may be due to a busy machine, so it is retried after this time. */
const limitTtl = 3600;

const limitMessage =
  "This dataset is stored in the old form (v1), and takes this server too much time or memory to convert.";

/**
 * Converts datasets in a worker thread, one at a time, since a tree needs ten times its size in memory. Results are
 * cached by the pair's tag, failures too, and concurrent requests for one pair share its conversion.
 */
export const datasetConverter = ({
  folder,
  version,
}: Installation): DatasetConverter & { close(): Promise<void> } => {
  const module = pathToFileURL(join(folder, "cli-build", "server", "convertJsonSchemas.js")).href;
  const pool = workerPool<ConversionTask, ConversionResult>({
    module: new URL("./conversion-thread.ts", import.meta.url),
    maxThreads: 1,
    memory: 192,
    taskTimeout: 20,
    workerData: module,
    maxQueue: 50,
    queueTimeout: 30,
    // Conversions are rare, and an idle thread would keep more memory than any other part of the server.
    isSingleUse: true,
  });
  const convert = memoizeAsync<ConversionResult, V1Pair>({
    maxSize: maxCacheSize,
    sizeOf: (result) => (result.kind === "gzip" ? result.bytes.length : 0),
    compute: async (pair, setTtl) => {
      try {
        return await pool.runPrepared(async () => {
          const { meta, tree } = await pair.read();
          return { task: { meta, tree }, transfer: [meta.buffer, tree.buffer] };
        });
      } catch (error) {
        if (error instanceof QueueBusy) throw new Busy({ cause: error });
        if (error instanceof ThreadNotStarted) throw new PartMissing({ cause: error });
        if (error instanceof UnusableObject) return { kind: "failed", reason: error.message };
        if (!(error instanceof LimitExceeded)) throw error;
        setTtl(limitTtl);
        return { kind: "failed", reason: limitMessage };
      }
    },
  });
  return {
    version,
    fromV1: async (pair) => {
      const result = await convert(pair.tag, pair, pair.admit);
      if (result.kind === "gzip") return result.bytes;
      throw new UnusableObject(result.reason);
    },
    close: () => pool.close(),
  };
};
