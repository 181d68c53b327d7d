import type { Seconds } from "../../../domain/brand.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";

/**
 * A mutual exclusion of all instances, by name. Its holder has a lease, which is extended while the work goes on and
 * expires when the holder is killed. Throws StoreDown.
 */
export interface Lock<Name extends string> {
  /** Runs `work` with the lock of this name; "busy" when others held it for `timeout` seconds. */
  withLock<T>(name: Name, timeout: Seconds, work: (lease: Lease) => Promise<T>): Promise<LockOutcome<T>>;
}

/** For whoever redeems a session's refresh token. */
export type RenewalLock = Lock<SessionId>;

/** For conditional writes of an object to a store that ignores conditions. */
export type WriteLock = Lock<ObjectKey>;

export interface Lease {
  /**
   * Extends the lease; to be called right before what may be done only once. False: the lease has expired since it was
   * taken (this process or the store was suspended), and another holder may have the lock, or have had it. Throws
   * StoreDown.
   */
  extend(): Promise<boolean>;
}

export type LockOutcome<T> = { readonly outcome: "done"; readonly result: T } | { readonly outcome: "busy" };
