import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { Username } from "../../../domain/identity/user.ts";
import { laterMark } from "../../../domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hashedSlotFolder } from "../encoded-path.ts";
import { compareAndSet } from "../slots/compare-and-set.ts";
import { readText, withTextDraft } from "../slots/text-slot.ts";
import type { SlotRoot } from "../slots/versioned-slot.ts";
import { readSlot, retryOnSlotConflict } from "../slots/versioned-slot.ts";
import { mapDiskErrors } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface NotBeforeMarksOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** When a mark expires; longer than any session lives, since the mark may make its tokens stale. */
  readonly lifetime: Seconds;
}

/** Stores each mark in a versioned slot whose expiry is the mark's. */
export const filesystemNotBeforeMarks = ({
  folder: root,
  clock,
  log,
  lifetime,
}: NotBeforeMarksOptions): NotBeforeMarks & Sweeper => {
  const slots: SlotRoot = { root, durable: true };
  const isExpired = (expiresAt: Seconds): boolean => expiresAt <= clock.now();
  const folderOf = (username: Username): string => hashedSlotFolder(root, username);

  const find = async (username: Username): Promise<Seconds | undefined> => {
    const value = await readText(root, folderOf(username), isExpired);
    if (value === undefined) return undefined;
    const mark = Number(value.text);
    // A damaged mark must not let stale tokens count as fresh.
    if (value.text === "" || !Number.isFinite(mark)) {
      throw new StoreDown({ cause: new Error("A mark is damaged.") });
    }
    return mark;
  };

  return {
    ...startSweeper({ slots, clock, log, what: "sweeping not-before marks", expires: true }),
    find,
    now: async () => clock.now(),
    mark: (username, at) => {
      const folder = folderOf(username);
      const moveMark = async () => {
        const snapshot = await readSlot(folder);
        // The mark is read after the snapshot, so that compareAndSet fails if it changes in between.
        const text = String(laterMark(await find(username), at));
        const version = await withTextDraft(slots, folder, text, (draft) =>
          compareAndSet(slots, snapshot, draft, clock.now() + lifetime),
        );
        return version === undefined ? "conflict" : undefined;
      };
      return mapDiskErrors(() => retryOnSlotConflict(folder, moveMark));
    },
  };
};
