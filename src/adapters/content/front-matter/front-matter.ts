import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { JsonObject } from "../../../domain/brand.ts";
import { BadContent, Busy, PartMissing } from "../../../domain/failure.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import { QueueBusy } from "../../shared/bounded-queue.ts";
import { workerPool } from "../../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../../shared/worker-thread.ts";
import { sizeOf } from "../checker.ts";
import type { Values } from "./front-matter-source.ts";
import { splitFrontMatter } from "./split-front-matter.ts";

/** Usual front matter has less than 2 kB, and more when there is a picture in it. */
export const maxFrontMatterBytes = 1_000_000;

export interface FrontMatterReader extends FrontMatter {
  /**
   * The values of front matter without the hyphens around it.
   * @throws BadContent when it is neither YAML nor JSON, is no map, or is over a bound
   * @throws Busy
   * @throws PartMissing
   */
  attributes(source: string): Promise<JsonObject>;
  close(): Promise<void>;
}

/** In characters. */
const maxRemembered = 8_000_000;

/** Seconds. A limit that was reached may have been the machine's fault, so it is tried again, but not for each reader. */
const limitsLast = 3600;

const tooMuch = { kind: "refused", why: "reading it takes too long." } as const;

/**
 * Reads front matter in other threads, since hostile YAML of some kilobytes takes minutes and gigabytes. What came of
 * it is remembered, failures too.
 */
export const openFrontMatter = (): FrontMatterReader => {
  const pool = workerPool<string, Values>({
    module: new URL("./front-matter-thread.ts", import.meta.url),
    maxThreads: 2,
    memory: 48,
    taskTimeout: 2,
    maxQueue: 50,
    queueTimeout: 15,
  });
  const known = new LRUCache<string, Values, string>({
    maxSize: maxRemembered,
    sizeCalculation: (values) => 200 + (values.kind === "json" ? values.json : values.why).length,
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context: source, options }) => {
      try {
        return await pool.run(source);
      } catch (error) {
        if (error instanceof QueueBusy) throw new Busy({ cause: error });
        if (error instanceof ThreadNotStarted) throw new PartMissing({ cause: error });
        if (!(error instanceof LimitExceeded)) throw error;
        options.ttl = limitsLast * 1000;
        return tooMuch;
      }
    },
  });

  const attributes = async (source: string): Promise<JsonObject> => {
    if (Buffer.byteLength(source) > maxFrontMatterBytes)
      throw unusable(`it has more than ${sizeOf(maxFrontMatterBytes)}.`);
    const values = await known.forceFetch(hash("sha256", source, "base64"), { context: source });
    if (values.kind === "refused") throw unusable(values.why);
    return JSON.parse(values.json);
  };
  return {
    attributes,
    parse: async (text) => {
      const split = splitFrontMatter(text);
      if (split.outcome !== "found") return { attributes: {}, body: text.replace(/^\uFEFF/, "") };
      return { attributes: await attributes(split.source), body: split.body };
    },
    close: () => pool.close(),
  };
};

const unusable = (why: string): BadContent => new BadContent(`The front matter cannot be used: ${why}`);
