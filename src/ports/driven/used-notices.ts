import type { Seconds } from "../../domain/brand.ts";

/**
 * Remembers which of the provider's notices have been obeyed, for all instances. Every method may throw
 * StoreDown.
 */
export interface UsedNotices {
  has(id: string): Promise<boolean>;
  /** Remembers it for so long, and forgets it afterwards. */
  add(id: string, lifetime: Seconds): Promise<void>;
}
