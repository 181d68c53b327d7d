import { LRUCache } from "lru-cache";
import type { Seconds } from "../../../domain/brand.ts";
import type { Revision, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import { parseSession, parseSessionId } from "../../../domain/sessions/session.ts";
import type {
  ListedSession,
  ReplaceOutcome,
  SessionStore,
} from "../../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { hashedSlotFolder } from "../encoded-path.ts";
import { compareAndDelete, compareAndSet } from "../slots/compare-and-set.ts";
import { probeDisk } from "../slots/draft.ts";
import { slotsBelow } from "../slots/slot-tree.ts";
import { confirmAbsence } from "../slots/store-root.ts";
import type { TextValue } from "../slots/text-slot.ts";
import { readText, readVersion, withTextDraft } from "../slots/text-slot.ts";
import type { SlotRoot, SlotSnapshot } from "../slots/versioned-slot.ts";
import { expiryOf, readSlot, retryOnSlotConflict, touch } from "../slots/versioned-slot.ts";
import { mapDiskErrors, mapIterationErrors, undefinedIfMissing } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface SessionStoreOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

type IsExpired = (expiresAt: Seconds) => boolean;

/** "conflict": the value has changed since the snapshot. */
const stateOf = async (
  { value }: SlotSnapshot,
  isExpired: IsExpired,
): Promise<"present" | "gone" | "conflict"> => {
  if (value === undefined) return "gone";
  const expiresAt = await undefinedIfMissing(expiryOf(value));
  if (expiresAt === undefined) return "conflict";
  return isExpired(expiresAt) ? "gone" : "present";
};

/** Whether a session can be created in this slot. False after it has deleted an expired one, for another attempt. */
const isEmpty = async (slots: SlotRoot, snapshot: SlotSnapshot, isExpired: IsExpired): Promise<boolean> => {
  const state = await stateOf(snapshot, isExpired);
  if (state === "present") throw new Error("A session of this id exists already.");
  if (snapshot.value === undefined) return true;
  if (state === "gone") await compareAndDelete(slots, snapshot);
  return false;
};

/** Deletes a session and returns its text. Undefined: there is none, or it had expired. */
const tryRemove = async (
  slots: SlotRoot,
  folder: string,
  isExpired: IsExpired,
): Promise<string | "conflict" | undefined> => {
  const snapshot = await readSlot(folder);
  const state = await stateOf(snapshot, isExpired);
  if (state === "conflict") return "conflict";
  if (snapshot.value === undefined) return undefined;
  // The text is read before the deletion removes it. When it is missing already, the session is deleted all the same.
  const text = await readVersion(folder, snapshot.value.version);
  if (!(await compareAndDelete(slots, snapshot))) return "conflict";
  return state === "present" ? (text ?? "") : undefined;
};

/** A record is the session's id, which the folder's name does not reveal, followed by the session as JSON. */
const idLength = 32;

const formatRecord = (id: SessionId, session: Session): string => id + JSON.stringify(session);

const parseRecord = (text: string, reportDamaged: (id: string) => void): ListedSession | undefined => {
  const start = text.slice(0, idLength);
  const [id, session] = [parseSessionId(start), parseSession(text.slice(idLength))];
  if (id && session) return { id, session };
  // Another version of this program, or another program, wrote it; its owner has to log in again.
  reportDamaged(start);
  return undefined;
};

/** The number of damaged records that are remembered as reported. */
const maxReported = 1000;

/** Logs each damaged record once, not at each request that reads it. */
const damagedRecordReporter = (log: Log) => {
  const reported = new LRUCache<string, true>({ max: maxReported });
  return (id: string): void => {
    if (reported.has(id)) return;
    reported.set(id, true);
    log.write({
      event: "background",
      what: "reading a session",
      cause: "its record has another shape",
    });
  };
};

/** Stores each session in a versioned slot: its version is the revision, its expiry the session's. */
export const filesystemSessionStore = ({
  folder: root,
  clock,
  log,
}: SessionStoreOptions): SessionStore & Sweeper => {
  const slots: SlotRoot = { root, durable: true };
  const folderOf = (id: SessionId): string => hashedSlotFolder(root, id);
  const isExpired: IsExpired = (expiresAt) => expiresAt <= clock.now();
  const reportDamaged = damagedRecordReporter(log);
  const parse = (text: string) => parseRecord(text, reportDamaged);
  const sweeper = startSweeper({ slots, clock, log, what: "sweeping sessions", expires: true });

  const readAndTouch = (id: SessionId, idleTimeout: Seconds): Promise<TextValue | undefined> =>
    mapDiskErrors(() =>
      retryOnSlotConflict(folderOf(id), async () => {
        const value = await readText(root, folderOf(id), isExpired);
        return value === undefined || (await touch(value, clock.now() + idleTimeout)) ? value : "conflict";
      }),
    );

  const storedSession = (value: TextValue | undefined): StoredSession | undefined => {
    const record = value && parse(value.text);
    return value && record && { session: record.session, revision: value.version as Revision };
  };

  return {
    ...sweeper,

    load: async (id, idleTimeout) => storedSession(await readAndTouch(id, idleTimeout)),

    peek: async (id) => storedSession(await readText(root, folderOf(id), isExpired)),

    create: (id, session, idleTimeout) =>
      withTextDraft(slots, folderOf(id), formatRecord(id, session), async (draft) => {
        const snapshot = await readSlot(folderOf(id));
        if (!(await isEmpty(slots, snapshot, isExpired))) return "conflict";
        const version = await compareAndSet(slots, snapshot, draft, clock.now() + idleTimeout);
        return (version as Revision | undefined) ?? "conflict";
      }),

    replace: (id, session, expected, idleTimeout) =>
      withTextDraft<ReplaceOutcome>(slots, folderOf(id), formatRecord(id, session), async (draft) => {
        const snapshot = await readSlot(folderOf(id));
        const state = await stateOf(snapshot, isExpired);
        if (state === "conflict") return "conflict";
        if (state === "gone") return { outcome: "gone" };
        if (snapshot.value?.version !== expected) return { outcome: "changed" };
        const version = await compareAndSet(slots, snapshot, draft, clock.now() + idleTimeout);
        return version === undefined ? "conflict" : { outcome: "replaced", revision: version as Revision };
      }),

    remove: async (id) => {
      const remove = () => retryOnSlotConflict(folderOf(id), () => tryRemove(slots, folderOf(id), isExpired));
      const text = await confirmAbsence(root, await mapDiskErrors(remove));
      return text === undefined ? undefined : parse(text)?.session;
    },

    async *all() {
      for await (const folder of mapIterationErrors(slotsBelow(root))) {
        const value = await readText(root, folder, isExpired);
        const record = value && parse(value.text);
        if (record) yield record;
      }
    },

    ready: () => probeDisk(root),
  };
};
