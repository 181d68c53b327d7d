import type { Seconds } from "../../../domain/brand.ts";
import type { Username } from "../../../domain/identity/user.ts";

/**
 * The not-before mark of each user: tokens issued before it are stale (sessions-and-authentication.md section 11). A
 * mark outlives every token issued before it. Every method may throw StoreDown.
 */
export interface NotBeforeMarks {
  /**
   * Makes tokens issued before `at` stale. A mark that is as late already, or later by another clock, moves a little
   * further: instances that have seen it have to notice this change too.
   */
  mark(username: Username, at: Seconds): Promise<void>;
  /** The time of the store's clock, which all instances share, and which marks are set by. */
  now(): Promise<Seconds>;
  /** Undefined: no mark. */
  find(username: Username): Promise<Seconds | undefined>;
}
