import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../../domain/brand.ts";
import type { Lease, Lock } from "../../../ports/driven/sessions/lock.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { retryOnConflict } from "../../shared/retry-on-conflict.ts";
import type { CellRoot, Seen, Version } from "../cells/cell.ts";
import { endOf, look, touch } from "../cells/cell.ts";
import { drop, put } from "../cells/cell-change.ts";
import { withText } from "../cells/text-cell.ts";
import { hashedFolder } from "../owned-path.ts";
import { isMissing, onDisk } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface LockFolder {
  readonly folder: string;
  /** Has to agree with the other instances' to well below the lease. */
  readonly clock: Clock;
  readonly log: Log;
  /** How long a killed holder keeps others waiting. */
  readonly lease?: Seconds;
  /** How long a lease is prolonged at most, should the work never end: longer than a renewal with all its waiting. */
  readonly longest?: Seconds;
}

const retryLimits = { pauseMs: 50, factor: 1 };

const isHeld = async ({ value }: Seen, clock: Clock): Promise<boolean> => {
  if (value === undefined) return false;
  try {
    return (await endOf(value)) > clock.now();
  } catch (error) {
    // Released just now, or followed by somebody else: the next look will tell.
    if (isMissing(error)) return true;
    throw error;
  }
};

interface LeaseParts {
  readonly cells: CellRoot;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: Seconds;
  readonly longest: Seconds;
}

/** What becomes of a lease once somebody has it. */
const heldLeases = ({ cells, clock, log, lease, longest }: LeaseParts) => {
  /** False: it has been released, or somebody else has followed. */
  const prolong = (folder: string, holder: Version): Promise<boolean> =>
    onDisk(async () => {
      const { value } = await look(folder);
      return value?.version === holder && touch(value, clock.now() + lease);
    });

  /** Prolongs the lease until it is stopped, or for too long, or the process ends. */
  const keepProlonging = async (folder: string, holder: Version, signal: AbortSignal): Promise<void> => {
    const limit = clock.now() + longest;
    while (!signal.aborted && clock.now() < limit) {
      try {
        await delay((lease / 3) * 1000, undefined, { ref: false, signal });
        await prolong(folder, holder);
      } catch (cause) {
        if (!signal.aborted) log.write({ event: "background", what: "prolonging a lock's lease", cause });
      }
    }
  };

  /** Never throws: the work is done by then, and the lease ends by itself. */
  const release = async (folder: string, holder: Version): Promise<void> => {
    try {
      const seen = await onDisk(() => look(folder));
      if (seen.value?.version === holder) await onDisk(() => drop(cells, seen));
    } catch (cause) {
      log.write({ event: "background", what: "releasing a lock", cause });
    }
  };

  return { prolong, keepProlonging, release };
};

/** Keeps each lease in a cell; the token's time is the lease's end. Closed, it lets its leases run out. */
export const filesystemLock = ({
  folder: root,
  clock,
  log,
  lease = 5,
  longest = 300,
}: LockFolder): Lock<string> & Sweeper => {
  // A power cut ends all holders as well.
  const cells: CellRoot = { root, durable: false };
  const sweeper = startSweeper({ cells, clock, log, what: "sweeping locks", expires: true });
  const closing = new AbortController();
  const leases = heldLeases({ cells, clock, log, lease, longest });

  const take = async (folder: string): Promise<Version | undefined> => {
    const seen = await onDisk(() => look(folder));
    if (await onDisk(() => isHeld(seen, clock))) return undefined;
    return withText(cells, folder, "", (draft) => put(cells, seen, draft, clock.now() + lease));
  };

  const waitAndTake = (folder: string, timeout: Seconds): Promise<Version | undefined> =>
    retryOnConflict<Version | undefined>(
      async () => (await take(folder)) ?? "again",
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
      const folder = hashedFolder(root, name);
      const holder = await waitAndTake(folder, timeout);
      if (holder === undefined) return { outcome: "busy" };
      const stop = new AbortController();
      const stopped = AbortSignal.any([stop.signal, closing.signal]);
      const prolonging = leases.keepProlonging(folder, holder, stopped);
      try {
        return { outcome: "done", result: await work({ extend: () => leases.prolong(folder, holder) }) };
      } finally {
        stop.abort();
        await prolonging;
        await leases.release(folder, holder);
      }
    },
  };
};
