import { z } from "zod";
import type { Seconds } from "../../../domain/brand.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { parseSessionId } from "../../../domain/sessions/session.ts";
import type { SessionOwner } from "../../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hashedSlotFolder } from "../encoded-path.ts";
import { compareAndDelete, compareAndSet } from "../slots/compare-and-set.ts";
import { readText, withTextDraft } from "../slots/text-slot.ts";
import type { SlotRoot } from "../slots/versioned-slot.ts";
import { readSlot, retryOnSlotConflict } from "../slots/versioned-slot.ts";
import { mapDiskErrors } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface SessionRegistryOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** When each session's entry expires; the most recently added or extended entry is the last. */
type Entries = ReadonlyMap<SessionId, Seconds>;

const isSessionId = (id: unknown): boolean => typeof id === "string" && parseSessionId(id) !== undefined;

const entriesSchema = z.array(z.tuple([z.custom<SessionId>(isSessionId), z.number()]));

/** Stores each owner's entries in a versioned slot, which expires with the last of them. */
export const filesystemSessionRegistry = ({
  folder: root,
  clock,
  log,
}: SessionRegistryOptions): SessionRegistry & Sweeper => {
  const slots: SlotRoot = { root, durable: true };
  const isExpired = (expiresAt: Seconds): boolean => expiresAt <= clock.now();

  const parse = (text: string): Entries => {
    try {
      return new Map(entriesSchema.parse(JSON.parse(text)));
    } catch (cause) {
      // A damaged list, which this program did not write, must not keep its owner from logging in.
      log.write({ event: "background", what: "reading a damaged list of somebody's sessions", cause });
      return new Map();
    }
  };

  const read = async (folder: string): Promise<Entries> => {
    const value = await readText(root, folder, isExpired);
    return new Map([...(value ? parse(value.text) : [])].filter(([, expiresAt]) => !isExpired(expiresAt)));
  };

  /** @param change Returns the new entries, or the same map when nothing is to be written. */
  const update = (owner: SessionOwner, change: (entries: Entries) => Entries): Promise<void> => {
    const folder = hashedSlotFolder(root, owner);
    return mapDiskErrors(() =>
      retryOnSlotConflict(folder, async () => {
        const snapshot = await readSlot(folder);
        // The entries are read after the snapshot, so that the write fails if they change in between.
        const current = await read(folder);
        const updated = change(current);
        if (updated === current) return undefined;
        if (updated.size === 0) {
          const isDeleted = snapshot.value === undefined || (await compareAndDelete(slots, snapshot));
          return isDeleted ? undefined : "conflict";
        }
        const expiresAt = Math.max(...updated.values());
        const version = await withTextDraft(slots, folder, JSON.stringify([...updated]), (draft) =>
          compareAndSet(slots, snapshot, draft, expiresAt),
        );
        return version === undefined ? "conflict" : undefined;
      }),
    );
  };

  return {
    ...startSweeper({ slots, clock, log, what: "sweeping the index of sessions", expires: true }),

    add: (owner, id, lifetime) =>
      update(owner, (entries) => {
        const updated = new Map(entries);
        updated.delete(id);
        return updated.set(id, clock.now() + lifetime);
      }),

    list: async (owner) => [...(await read(hashedSlotFolder(root, owner))).keys()].reverse(),

    remove: (owner, id) =>
      update(owner, (entries) =>
        entries.has(id) ? new Map([...entries].filter(([each]) => each !== id)) : entries,
      ),
  };
};
