import type { Seconds } from "../../../domain/brand.ts";

/**
 * Remembers what must count only once, for all instances: the provider's notices that have been obeyed, and
 * logins that have been finished. Every method may throw StoreDown.
 */
export interface ReplayCache {
  has(id: string): Promise<boolean>;
  /** Remembers it for so long, and forgets it afterwards. */
  add(id: string, lifetime: Seconds): Promise<void>;
  /** Remembers it unless it is remembered already, atomically; true for the one caller who did. */
  claim(id: string, lifetime: Seconds): Promise<boolean>;
}
