import type { Seconds } from "../../../domain/brand.ts";
import type { Username } from "../../../domain/identity/user.ts";

/**
 * Since when a user's tokens are out of date (sessions-and-authentication.md section 11). A mark outlives
 * every token issued before it. Every method may throw StoreDown.
 */
export interface NotBeforeMarks {
  /**
   * Tokens issued before `at` are too old from now on. A mark that is as late already, or later by another
   * clock, becomes later still: what changed now is news to whoever has seen that one.
   */
  mark(username: Username, at: Seconds): Promise<void>;
  /** By the store's clock, which is one for all instances: what marks are set to. */
  now(): Promise<Seconds>;
  /** Undefined: no mark. */
  find(username: Username): Promise<Seconds | undefined>;
}
