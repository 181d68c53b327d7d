import type { Seconds } from "../../../domain/brand.ts";

/** Work that nobody waits for, and that fails nobody. */
export interface Background {
  /**
   * Does it soon, or after so many seconds; what a store's or the provider's outage stops is tried again a
   * few times. `what` is for the log.
   */
  add(what: string, work: () => Promise<void>, after?: Seconds): void;
}
