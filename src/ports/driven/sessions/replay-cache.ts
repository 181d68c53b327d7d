import type { Seconds } from "../../../domain/brand.ts";

/**
 * Ids that all instances accept only once: of logout tokens, and of login attempts. Every method may throw StoreDown.
 */
export interface ReplayCache {
  has(id: string): Promise<boolean>;
  /** Adds an id, which expires after `lifetime`. */
  add(id: string, lifetime: Seconds): Promise<void>;
  /** Adds an id unless it is present, atomically. True for the one caller who added it. */
  claim(id: string, lifetime: Seconds): Promise<boolean>;
}
