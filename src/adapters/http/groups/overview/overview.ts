import { hash } from "node:crypto";
import type { Admit } from "../../../../ports/driven/admit.ts";
import type { Log } from "../../../../ports/driven/system/log.ts";
import { QueueBusy } from "../../../shared/bounded-queue.ts";
import { memoizeAsync } from "../../../shared/memoize-async.ts";
import { workerPool } from "../../../shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../../../shared/worker-thread.ts";
import type { ImagePolicy } from "./image-policy.ts";
import type { MarkdownSource, RenderedMarkdown } from "./markdown.ts";

/** A group's overview, as its page shows it. */
export type Overview =
  /** Sanitised HTML. */
  | { readonly kind: "html"; readonly html: string }
  /** Plain text, if rendering failed. `reason` is for the group's owners. */
  | { readonly kind: "text"; readonly text: string; readonly reason: string };

export interface Overviews {
  /**
   * Renders Markdown, or returns the cached result. Never throws for what is wrong with the text.
   * @param admit Runs the rendering when admission control has a slot. Throws Busy.
   */
  render(markdown: string, images: ImagePolicy, admit: Admit): Promise<Overview>;
  close(): Promise<void>;
}

/** In characters. Longer plain text is truncated. */
const maxPlainTextLength = 100_000;

type RenderFailure = "time" | "size" | "depth" | "busy" | "missing";

const failureReasons: Record<RenderFailure, string> = {
  time: "Turning its Markdown into a page takes too long. Long runs of marks such as * or _ may be the reason.",
  size: "The page that its Markdown makes is too large. A table with very many columns may be the reason.",
  depth: "Its Markdown is nested too deeply.",
  busy: "The server has too much to do right now. Reload this page in a moment.",
  missing: "The server cannot do this right now; it may be being upgraded. Reload this page in a moment.",
};

/** In seconds. A task may exceed its limits because the machine is busy, so that a failure is not cached for ever. */
const failureTtl = 3600;

/** Size of the cache, in characters. */
const maxCacheSize = 16_000_000;

type RenderOutcome = RenderedMarkdown | { readonly kind: "failed"; readonly reason: RenderFailure };

const toLimitFailure = (error: unknown): RenderOutcome => {
  if (error instanceof LimitExceeded)
    return { kind: "failed", reason: error.limit === "time" ? "time" : "size" };
  throw error;
};

/** Handles failures that do not depend on the text and are temporary. */
const toTemporaryFailure =
  (log: Log) =>
  (error: unknown): RenderOutcome => {
    if (error instanceof QueueBusy) return { kind: "failed", reason: "busy" };
    if (!(error instanceof ThreadNotStarted)) throw error;
    log.write({ event: "background", what: "turning an overview's Markdown into a page", cause: error });
    return { kind: "failed", reason: "missing" };
  };

/**
 * Renders Markdown in worker threads, since malicious text of some kilobytes can take minutes and gigabytes. Results
 * are cached, including failures, so that a text is rendered once and not at every visit.
 */
export const openOverviews = (log: Log): Overviews => {
  const pool = workerPool<MarkdownSource, RenderedMarkdown>({
    module: new URL("./markdown-worker.ts", import.meta.url),
    maxThreads: 2,
    memory: 48,
    taskTimeout: 3,
    maxQueue: 50,
    queueTimeout: 15,
  });
  const render = memoizeAsync<RenderOutcome, MarkdownSource>({
    maxSize: maxCacheSize,
    sizeOf: (outcome) => (outcome.kind === "html" ? outcome.html.length : 0),
    compute: async (source, setTtl) => {
      const outcome = await pool.run(source).catch(toLimitFailure);
      if (outcome.kind === "failed") setTtl(failureTtl);
      return outcome;
    },
  });
  return {
    render: async (markdown, images, admit) => {
      const key = `${hash("sha256", markdown, "base64")} ${images.pattern}`;
      const outcome = await render(key, { markdown, images }, admit).catch(toTemporaryFailure(log));
      return outcome.kind === "html"
        ? outcome
        : { kind: "text", text: truncate(markdown), reason: failureReasons[outcome.reason] };
    },
    close: () => pool.close(),
  };
};

const truncate = (text: string): string =>
  text.length > maxPlainTextLength ? `${text.slice(0, maxPlainTextLength)}…` : text;
