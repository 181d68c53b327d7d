import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { PoolBusy } from "../../shared/waiting-line.ts";
import { workerPool } from "../../shared/worker-pool.ts";
import { OverLimit } from "../../shared/worker-thread.ts";
import type { ImageRule } from "./image-rule.ts";
import type { Rendered, Source } from "./markdown.ts";

/** A group's overview, ready for its page. */
export type Overview =
  /** Sanitised. */
  | { readonly kind: "html"; readonly html: string }
  /** Shown as it was written; `why` is for those who can change it. */
  | { readonly kind: "text"; readonly text: string; readonly why: string };

export interface Overviews {
  /** What is known already, or being made for somebody else; undefined: it has yet to be made. */
  known(markdown: string, images: ImageRule): Promise<Overview> | undefined;
  /** `images`: which of other hosts it shows. */
  of(markdown: string, images: ImageRule): Promise<Overview>;
  close(): Promise<void>;
}

/** In characters: what a page holds of a text that is shown as it was written. */
const maxText = 100_000;

type Refusal = "time" | "size" | "depth" | "busy";

const reasons: Record<Refusal, string> = {
  time: "Turning its Markdown into a page takes too long. Long runs of marks such as * or _ may be the reason.",
  size: "The page that its Markdown makes is too large. A table with very many columns may be the reason.",
  depth: "Its Markdown is nested too deeply.",
  busy: "The server has too much to do right now. Reload this page in a moment.",
};

/** Seconds. A limit that was reached may have been the machine's fault, so it is tried again, but not for each visitor. */
const refusalsLast = 3600;

/** In characters. */
const maxRemembered = 16_000_000;

type Outcome = Rendered | { readonly kind: "refused"; readonly why: Refusal };

const afterLimit = (error: unknown): Outcome => {
  if (error instanceof OverLimit) return { kind: "refused", why: error.what === "time" ? "time" : "size" };
  throw error;
};

/**
 * Turns Markdown into HTML in other threads, since hostile texts of some kilobytes can take minutes and gigabytes.
 * What came of a text is remembered, failures too: a text costs its time once, and not at each visit.
 */
export const openOverviews = (): Overviews => {
  const pool = workerPool<Source, Rendered>({
    module: new URL("./markdown-thread.ts", import.meta.url),
    threads: 2,
    memory: 64,
    timeLimit: 3,
    queue: 50,
    patience: 15,
  });
  const known = new LRUCache<string, Outcome, Source>({
    maxSize: maxRemembered,
    sizeCalculation: (outcome) => (outcome.kind === "html" ? outcome.html.length : 0) + 200,
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context: source, options }) => {
      const outcome = await pool.run(source).catch(afterLimit);
      if (outcome.kind === "refused") options.ttl = refusalsLast * 1000;
      return outcome;
    },
  });
  const underWay = new Set<string>();
  const outcomeOf = async (key: string, source: Source): Promise<Outcome> => {
    underWay.add(key);
    try {
      return await known.forceFetch(key, { context: source });
    } catch (error) {
      if (error instanceof PoolBusy) return { kind: "refused", why: "busy" };
      throw error;
    } finally {
      underWay.delete(key);
    }
  };
  const keyOf = ({ markdown, images }: Source) => `${hash("sha256", markdown, "base64")} ${images.pattern}`;
  const overview = async (key: string, source: Source): Promise<Overview> => {
    const outcome = await outcomeOf(key, source);
    return outcome.kind === "html"
      ? outcome
      : { kind: "text", text: shortened(source.markdown), why: reasons[outcome.why] };
  };
  return {
    known: (markdown, images) => {
      const source = { markdown, images };
      const key = keyOf(source);
      return known.has(key) || underWay.has(key) ? overview(key, source) : undefined;
    },
    of: (markdown, images) => {
      const source = { markdown, images };
      return overview(keyOf(source), source);
    },
    close: () => pool.close(),
  };
};

const shortened = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text);
