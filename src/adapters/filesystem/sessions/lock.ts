import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../../domain/brand.ts";
import type { Lease, Lock } from "../../../ports/driven/sessions/lock.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { retryOnConflict } from "../../shared/retry-on-conflict.ts";
import { hashedSlotFolder } from "../encoded-path.ts";
import { compareAndDelete, compareAndSet } from "../slots/compare-and-set.ts";
import { withTextDraft } from "../slots/text-slot.ts";
import type { SlotRoot, SlotSnapshot, Version } from "../slots/versioned-slot.ts";
import { expiryOf, readSlot, touch } from "../slots/versioned-slot.ts";
import { mapDiskErrors, undefinedIfMissing } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface LockOptions {
  readonly folder: string;
  /** The clocks of all instances have to agree much more closely than the lease is long. */
  readonly clock: Clock;
  readonly log: Log;
  /** How long a lease lasts unless it is extended: others wait for that long when a holder is killed. Default: 5. */
  readonly lease?: Seconds;
  /** How long a lease is extended at most, should the work never end; longer than any renewal takes. Default: 300. */
  readonly maxHoldTime?: Seconds;
}

const retryLimits = { pauseMs: 50, factor: 1 };

const isHeld = async ({ value }: SlotSnapshot, clock: Clock): Promise<boolean> => {
  if (value === undefined) return false;
  const expiresAt = await undefinedIfMissing(expiryOf(value));
  // A lease that is gone was released or taken over since the snapshot; the next attempt will tell.
  return expiresAt === undefined || expiresAt > clock.now();
};

interface LeaseOptions extends Required<Omit<LockOptions, "folder">> {
  readonly slots: SlotRoot;
}

/** What a holder can do with its lease. The version of the slot's value identifies the holder. */
const leaseOperations = ({ slots, clock, log, lease, maxHoldTime }: LeaseOptions) => {
  /** False: the lease has been released, or another holder has the lock. */
  const extend = (folder: string, holder: Version): Promise<boolean> =>
    mapDiskErrors(async () => {
      const { value } = await readSlot(folder);
      return value?.version === holder && touch(value, clock.now() + lease);
    });

  /** Extends the lease from time to time, until the signal is aborted or `maxHoldTime` has passed. */
  const keepExtending = async (folder: string, holder: Version, signal: AbortSignal): Promise<void> => {
    const deadline = clock.now() + maxHoldTime;
    while (!signal.aborted && clock.now() < deadline) {
      try {
        await delay((lease / 3) * 1000, undefined, { ref: false, signal });
        await extend(folder, holder);
      } catch (cause) {
        if (!signal.aborted) log.write({ event: "background", what: "prolonging a lock's lease", cause });
      }
    }
  };

  /** Never throws: the work is done by then, and the lease expires by itself. */
  const release = async (folder: string, holder: Version): Promise<void> => {
    try {
      const snapshot = await mapDiskErrors(() => readSlot(folder));
      if (snapshot.value?.version === holder) await mapDiskErrors(() => compareAndDelete(slots, snapshot));
    } catch (cause) {
      log.write({ event: "background", what: "releasing a lock", cause });
    }
  };

  return { extend, keepExtending, release };
};

/**
 * Stores each lease in a versioned slot whose expiry is the lease's. After `close`, leases are no longer extended and
 * expire.
 */
export const filesystemLock = ({
  folder: root,
  clock,
  log,
  lease = 5,
  maxHoldTime = 300,
}: LockOptions): Lock<string> & Sweeper => {
  // A power failure ends all holders too, so leases need not survive it.
  const slots: SlotRoot = { root, durable: false };
  const sweeper = startSweeper({ slots, clock, log, what: "sweeping locks", expires: true });
  const closing = new AbortController();
  const leases = leaseOperations({ slots, clock, log, lease, maxHoldTime });

  const tryAcquire = async (folder: string): Promise<Version | undefined> => {
    const snapshot = await mapDiskErrors(() => readSlot(folder));
    if (await mapDiskErrors(() => isHeld(snapshot, clock))) return undefined;
    return withTextDraft(slots, folder, "", (draft) =>
      compareAndSet(slots, snapshot, draft, clock.now() + lease),
    );
  };

  const acquire = (folder: string, timeout: Seconds): Promise<Version | undefined> =>
    retryOnConflict<Version | undefined>(
      async () => (await tryAcquire(folder)) ?? "conflict",
      { ...retryLimits, timeoutMs: timeout * 1000 },
      () => undefined,
    );

  return {
    sweep: sweeper.sweep,

    async close() {
      closing.abort();
      await sweeper.close();
    },

    async withLock<T>(name: string, timeout: Seconds, work: (lease: Lease) => Promise<T>) {
      const folder = hashedSlotFolder(root, name);
      const holder = await acquire(folder, timeout);
      if (holder === undefined) return { outcome: "busy" };
      const done = new AbortController();
      const signal = AbortSignal.any([done.signal, closing.signal]);
      const extending = leases.keepExtending(folder, holder, signal);
      try {
        return { outcome: "done", result: await work({ extend: () => leases.extend(folder, holder) }) };
      } finally {
        done.abort();
        await extending;
        await leases.release(folder, holder);
      }
    },
  };
};
