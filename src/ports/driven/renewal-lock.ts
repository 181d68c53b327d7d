import type { Seconds } from "../../domain/brand.ts";
import type { SessionId } from "../../domain/session.ts";

/**
 * Lets one holder at a time, over all instances, redeem a session's refresh token. The hold is a lease: it
 * is prolonged while the work goes on, and ends by itself when its holder is killed. Throws StoreDown.
 */
export interface RenewalLock {
  /** Runs `work` while holding the session's lock; "busy" when others held it for `patience` seconds. */
  hold<T>(id: SessionId, patience: Seconds, work: (hold: RenewalHold) => Promise<T>): Promise<Held<T>>;
}

export interface RenewalHold {
  /**
   * To be asked right before what may be done only once. Prolongs the lease. False: it was not held all the time
   * since it was taken (this process or the store stood still), so that somebody else may have had the lock, or
   * have it now. Throws StoreDown.
   */
  confirm(): Promise<boolean>;
}

export type Held<T> = { readonly outcome: "done"; readonly result: T } | { readonly outcome: "busy" };
