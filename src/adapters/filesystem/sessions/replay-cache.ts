import type { Seconds } from "../../../domain/brand.ts";
import type { ReplayCache } from "../../../ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hashedSlotFolder } from "../encoded-path.ts";
import { compareAndSet } from "../slots/compare-and-set.ts";
import { readText, withTextDraft } from "../slots/text-slot.ts";
import type { SlotRoot } from "../slots/versioned-slot.ts";
import { readSlot } from "../slots/versioned-slot.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface ReplayCacheOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Stores each id as an empty versioned slot whose expiry is the id's. */
export const filesystemReplayCache = ({
  folder: root,
  clock,
  log,
}: ReplayCacheOptions): ReplayCache & Sweeper => {
  const slots: SlotRoot = { root, durable: true };
  const isExpired = (expiresAt: Seconds): boolean => expiresAt <= clock.now();
  return {
    ...startSweeper({ slots, clock, log, what: "sweeping logout notices", expires: true }),

    has: async (id) => (await readText(root, hashedSlotFolder(root, id), isExpired)) !== undefined,

    add: (id, lifetime) =>
      withTextDraft(slots, hashedSlotFolder(root, id), "", async (draft) => {
        const snapshot = await readSlot(hashedSlotFolder(root, id));
        const version = await compareAndSet(slots, snapshot, draft, clock.now() + lifetime);
        return version === undefined ? "conflict" : undefined;
      }),

    claim: (id, lifetime) =>
      withTextDraft<boolean>(slots, hashedSlotFolder(root, id), "", async (draft) => {
        // The snapshot is taken before the check, so that compareAndSet fails if another claims the id in between.
        const snapshot = await readSlot(hashedSlotFolder(root, id));
        if ((await readText(root, hashedSlotFolder(root, id), isExpired)) !== undefined) return false;
        const version = await compareAndSet(slots, snapshot, draft, clock.now() + lifetime);
        return version === undefined ? "conflict" : true;
      }),
  };
};
