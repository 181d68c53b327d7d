import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { compareAndDelete, removeOrphans } from "./slots/compare-and-set.ts";
import { slotsBelow } from "./slots/slot-tree.ts";
import { draftsFolder } from "./slots/store-root.ts";
import type { SlotRoot, SlotSnapshot } from "./slots/versioned-slot.ts";
import { expiryOf, readSlot } from "./slots/versioned-slot.ts";
import { undefinedIfMissing } from "./store-failure.ts";

/** The age from which an unfinished file counts as abandoned: no upload, however large, takes that long. */
const maxUnfinishedAge: Seconds = 24 * 3600;
const firstSweepDelay: Seconds = 60;
const sweepInterval: Seconds = 3600;

/** The sweep pauses after each batch of slots, so that requests get the disk. */
const batchSize = 100;
const pauseMs = 50;

export interface SweeperOptions {
  readonly slots: SlotRoot;
  readonly clock: Clock;
  readonly log: Log;
  /** The description in the log when a sweep fails. */
  readonly what: string;
  /** Whether values expire at their pointer's modification time. */
  readonly expires: boolean;
}

export interface Sweeper {
  /** Removes expired values, and the files that killed writers have left. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a sweeper in the background, which works every hour until it is closed. */
export const startSweeper = ({ slots, clock, log, what, expires }: SweeperOptions): Sweeper => {
  const closing = new AbortController();

  const isAbandoned = async (path: string): Promise<boolean> => {
    const file = await undefinedIfMissing(stat(path));
    return file !== undefined && file.mtimeMs / 1000 + maxUnfinishedAge < clock.now();
  };

  const isExpired = async ({ value }: SlotSnapshot): Promise<boolean> => {
    if (!expires || value === undefined) return false;
    const expiresAt = await undefinedIfMissing(expiryOf(value));
    return expiresAt !== undefined && expiresAt <= clock.now();
  };

  const sweepSlots = async (): Promise<void> => {
    let count = 0;
    for await (const folder of slotsBelow(slots.root)) {
      if (closing.signal.aborted) return;
      const snapshot = await readSlot(folder);
      if (await isExpired(snapshot)) await compareAndDelete(slots, snapshot);
      else await removeOrphans(slots, snapshot, isAbandoned);
      if (++count % batchSize === 0) await delay(pauseMs);
    }
  };

  const sweepDrafts = async (): Promise<void> => {
    const drafts = await undefinedIfMissing(opendir(draftsFolder(slots.root)));
    if (drafts === undefined) return;
    for await (const { name } of drafts) {
      const path = join(draftsFolder(slots.root), name);
      if (await isAbandoned(path)) await rm(path, { recursive: true, force: true });
    }
  };

  const sweep = async (): Promise<void> => {
    await sweepDrafts();
    await sweepSlots();
  };

  const run = async (): Promise<void> => {
    for (let wait = firstSweepDelay; !closing.signal.aborted; wait = sweepInterval) {
      await delay(wait * 1000, undefined, { ref: false, signal: closing.signal });
      await sweep().catch((cause: unknown) => log.write({ event: "background", what, cause }));
    }
  };

  const running = run().catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });

  return {
    sweep,
    async close() {
      closing.abort();
      await running;
    },
  };
};
