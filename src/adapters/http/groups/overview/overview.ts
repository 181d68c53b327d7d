import { hash } from "node:crypto";
import type { Admit } from "../../../../ports/driven/admit.ts";
import type { Log } from "../../../../ports/driven/system/log.ts";
import { QueueBusy } from "../../../shared/bounded-queue.ts";
import { memoizeAsync } from "../../../shared/memoize-async.ts";
import { workerPool } from "../../../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../../../shared/worker-thread.ts";
import type { ImageRule } from "./image-rule.ts";
import type { Rendered, Source } from "./markdown.ts";

/** A group's overview, as its page shows it. */
export type Overview =
  /** Sanitised HTML. */
  | { readonly kind: "html"; readonly html: string }
  /** Plain text, if rendering failed. `why` is for the group's owners. */
  | { readonly kind: "text"; readonly text: string; readonly why: string };

export interface Overviews {
  /**
   * Renders Markdown, or returns the cached result. Never throws for what is wrong with the text.
   * @param admit Runs the rendering when admission control has a slot. Throws Busy.
   */
  of(markdown: string, images: ImageRule, admit: Admit): Promise<Overview>;
  close(): Promise<void>;
}

/** In characters. Longer plain text is truncated. */
const maxText = 100_000;

type Refusal = "time" | "size" | "depth" | "busy" | "missing";

const reasons: Record<Refusal, string> = {
  time: "Turning its Markdown into a page takes too long. Long runs of marks such as * or _ may be the reason.",
  size: "The page that its Markdown makes is too large. A table with very many columns may be the reason.",
  depth: "Its Markdown is nested too deeply.",
  busy: "The server has too much to do right now. Reload this page in a moment.",
  missing: "The server cannot do this right now; it may be being upgraded. Reload this page in a moment.",
};

/** In seconds. A task may exceed its limits because the machine is busy, so that a failure is not cached for ever. */
const refusalsLast = 3600;

/** Size of the cache, in characters. */
const maxRemembered = 16_000_000;

type Outcome = Rendered | { readonly kind: "refused"; readonly why: Refusal };

const afterLimit = (error: unknown): Outcome => {
  if (error instanceof LimitExceeded)
    return { kind: "refused", why: error.limit === "time" ? "time" : "size" };
  throw error;
};

/** Handles failures that do not depend on the text and are temporary. */
const ifNotBegun =
  (log: Log) =>
  (error: unknown): Outcome => {
    if (error instanceof QueueBusy) return { kind: "refused", why: "busy" };
    if (!(error instanceof ThreadNotStarted)) throw error;
    log.write({ event: "background", what: "turning an overview's Markdown into a page", cause: error });
    return { kind: "refused", why: "missing" };
  };

/**
 * Renders Markdown in worker threads, since malicious text of some kilobytes can take minutes and gigabytes. Results
 * are cached, including failures, so that a text is rendered once and not at every visit.
 */
export const openOverviews = (log: Log): Overviews => {
  const pool = workerPool<Source, Rendered>({
    module: new URL("./markdown-thread.ts", import.meta.url),
    maxThreads: 2,
    memory: 48,
    taskTimeout: 3,
    maxQueue: 50,
    queueTimeout: 15,
  });
  const render = memoizeAsync<Outcome, Source>({
    maxSize: maxRemembered,
    sizeOf: (outcome) => (outcome.kind === "html" ? outcome.html.length : 0),
    compute: async (source, setTtl) => {
      const outcome = await pool.run(source).catch(afterLimit);
      if (outcome.kind === "refused") setTtl(refusalsLast);
      return outcome;
    },
  });
  return {
    of: async (markdown, images, admit) => {
      const key = `${hash("sha256", markdown, "base64")} ${images.pattern}`;
      const outcome = await render(key, { markdown, images }, admit).catch(ifNotBegun(log));
      return outcome.kind === "html"
        ? outcome
        : { kind: "text", text: shortened(markdown), why: reasons[outcome.why] };
    },
    close: () => pool.close(),
  };
};

const shortened = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text);
