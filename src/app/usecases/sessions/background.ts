import type { Seconds } from "../../../domain/brand.ts";

/** Runs work in the background. Nothing waits for it, and its failure is logged only. */
export interface Background {
  /**
   * Starts the work soon, or after `after` seconds. It is retried a few times after an outage of a store or the
   * provider. `what` is for the log.
   */
  add(what: string, work: () => Promise<void>, after?: Seconds): void;
}
