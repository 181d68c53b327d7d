import type { Seconds } from "../../../domain/brand.ts";

/** A token bucket's rate: `burst` attempts at once, and one more after each interval. */
export interface Rate {
  readonly burst: number;
  readonly interval: Seconds;
}

/**
 * Limits attempts by key. A key may be untrusted text of any length: stores keep its hash only, until its bucket is
 * full again. Every method may throw StoreDown.
 */
export interface Limiter {
  /** Counts an attempt. 0: it is allowed. Otherwise it was not counted, and may be retried after so many seconds. */
  attempt(key: string): Promise<Seconds>;
  /** Takes back one attempt that was allowed, for example when it turned out right. */
  refund(key: string): Promise<void>;
  /** Resets the key's count, for example after a right password. */
  reset(key: string): Promise<void>;
}

/** Opens the limiter of one purpose; all limiters of a purpose share their counts, on every instance of one store. */
export type OpenLimiter = (purpose: string, rate: Rate) => Limiter;
