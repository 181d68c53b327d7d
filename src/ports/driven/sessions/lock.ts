import type { Seconds } from "../../../domain/brand.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";

/**
 * Lets one holder at a time, over all instances, work on what has this name. The hold is a lease: it is
 * prolonged while the work goes on, and ends by itself when its holder is killed. Throws StoreDown.
 */
export interface Lock<Name extends string> {
  /** Runs `work` while holding the lock of this name; "busy" when others held it for `timeout` seconds. */
  withLock<T>(name: Name, timeout: Seconds, work: (lease: Lease) => Promise<T>): Promise<LockOutcome<T>>;
}

/** For whoever redeems a session's refresh token. */
export type RenewalLock = Lock<SessionId>;

/** For whoever writes an object under a condition, where the store does not heed it. */
export type WriteLock = Lock<ObjectKey>;

export interface Lease {
  /**
   * To be asked right before what may be done only once. Prolongs the lease. False: it was not held all the time
   * since it was taken (this process or the store stood still), so that somebody else may have had the lock, or
   * have it now. Throws StoreDown.
   */
  extend(): Promise<boolean>;
}

export type LockOutcome<T> = { readonly outcome: "done"; readonly result: T } | { readonly outcome: "busy" };
