import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { JsonObject } from "../../../domain/brand.ts";
import { BadContent, Busy, PartMissing } from "../../../domain/failure.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import { QueueBusy } from "../../shared/bounded-queue.ts";
import { workerPool } from "../../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../../shared/worker-thread.ts";
import { formatSize } from "../format.ts";
import type { FrontMatterResult, FrontMatterTask } from "./front-matter-worker.ts";
import { splitFrontMatter } from "./split-front-matter.ts";

/** Front matter usually has less than 2 kB, but may contain an image. */
export const maxFrontMatterBytes = 1_000_000;

export interface FrontMatterReader extends FrontMatter {
  /**
   * Parses front matter without its delimiters.
   * @throws BadContent when it is neither YAML nor JSON, is no map, or exceeds a limit
   * @throws Busy, PartMissing
   */
  parseAttributes(source: string): Promise<JsonObject>;
  close(): Promise<void>;
}

/** Size of the cache, in characters. */
const maxCacheSize = 8_000_000;

/**
 * In seconds. A task may exceed its limits because the machine is busy, so that such a result is not cached for ever.
 */
const overLimitTtl = 3600;

const overLimit = { kind: "invalid", reason: "reading it takes too long." } as const;

/**
 * Reads front matter in worker threads, since malicious YAML of some kilobytes takes minutes and gigabytes. Results
 * are cached, including errors.
 */
export const openFrontMatter = (): FrontMatterReader => {
  const pool = workerPool<FrontMatterTask, FrontMatterResult>({
    module: new URL("./front-matter-worker.ts", import.meta.url),
    maxThreads: 2,
    memory: 48,
    taskTimeout: 2,
    maxQueue: 50,
    queueTimeout: 15,
  });
  const run = async (task: FrontMatterTask): Promise<FrontMatterResult> => {
    try {
      return await pool.run(task);
    } catch (error) {
      if (error instanceof QueueBusy) throw new Busy({ cause: error });
      if (error instanceof ThreadNotStarted) throw new PartMissing({ cause: error });
      if (!(error instanceof LimitExceeded)) throw error;
      return overLimit;
    }
  };
  const cache = new LRUCache<string, FrontMatterResult, string>({
    maxSize: maxCacheSize,
    sizeCalculation: (result) => 200 + textOf(result).length,
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context: source, options }) => {
      const result = await run({ source });
      if (result === overLimit) options.ttl = overLimitTtl * 1000;
      return result;
    },
  });

  const parseAttributes = async (source: string): Promise<JsonObject> => {
    limitSize(source);
    return JSON.parse(
      textOrThrow(await cache.forceFetch(hash("sha256", source, "base64"), { context: source })),
    );
  };
  return {
    parseAttributes,
    parse: async (text) => {
      const split = splitFrontMatter(text);
      if (split.outcome !== "found") return { attributes: {}, body: text.replace(/^\uFEFF/, "") };
      return { attributes: await parseAttributes(split.source), body: split.body };
    },
    replace: async (text, changes, body) => {
      const split = splitFrontMatter(text);
      const source = split.outcome === "found" ? split.source : "";
      limitSize(source);
      return `---\n${textOrThrow(await run({ source, changes })).trimEnd()}\n---\n${body}`;
    },
    close: () => pool.close(),
  };
};

/** The JSON of parsed front matter, the source of edited, or the reason. */
const textOf = (result: FrontMatterResult): string =>
  result.kind === "json" ? result.json : result.kind === "source" ? result.source : result.reason;

const textOrThrow = (result: FrontMatterResult): string => {
  if (result.kind === "invalid") throw invalidFrontMatter(result.reason);
  return textOf(result);
};

const limitSize = (source: string): void => {
  if (Buffer.byteLength(source) > maxFrontMatterBytes)
    throw invalidFrontMatter(`it has more than ${formatSize(maxFrontMatterBytes)}.`);
};

const invalidFrontMatter = (reason: string): BadContent =>
  new BadContent(`The front matter cannot be used: ${reason}`);
