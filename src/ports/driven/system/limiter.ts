import type { Seconds } from "../../../domain/brand.ts";

/** How often something may be done: so many times at once, and one time more after each interval. */
export interface Rate {
  readonly burst: number;
  readonly interval: Seconds;
}

/**
 * Counts attempts by key. A key may be any text, chosen by anybody, of any length: stores keep its hash only, and
 * forget it when as many attempts as ever may be made again. Every method may throw StoreDown.
 */
export interface Limiter {
  /** Counts an attempt; 0: it may be made. Otherwise it was not counted, and may be made after so many seconds. */
  attempt(key: string): Promise<Seconds>;
  /** Forgets the attempts, for example since one of them was right. */
  reset(key: string): Promise<void>;
}

/** Opens the limiter of one purpose; limiters of the same purpose count together, at every instance of one store. */
export type OpenLimiter = (purpose: string, rate: Rate) => Limiter;
