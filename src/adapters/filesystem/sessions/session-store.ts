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
import type { CellRoot, Seen } from "../cells/cell.ts";
import { endOf, look, touch, untilSettled } from "../cells/cell.ts";
import { drop, put } from "../cells/cell-change.ts";
import { cellsBelow } from "../cells/cell-tree.ts";
import type { TextValue } from "../cells/text-cell.ts";
import { readData, readText, withText } from "../cells/text-cell.ts";
import { hashedFolder } from "../owned-path.ts";
import { probeDisk } from "../resources/draft.ts";
import { confirmed } from "../resources/store-root.ts";
import { isMissing, listedOnDisk, onDisk } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface SessionFolder {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Presence = "gone" | "there" | "again";

type IsOver = (ends: Seconds) => boolean;

const presence = async ({ value }: Seen, isOver: IsOver): Promise<Presence> => {
  if (value === undefined) return "gone";
  try {
    return isOver(await endOf(value)) ? "gone" : "there";
  } catch (error) {
    if (isMissing(error)) return "again";
    throw error;
  }
};

/** Removes a session that is over, and is false then: the next look will tell. */
const isFree = async (cells: CellRoot, seen: Seen, isOver: IsOver): Promise<boolean> => {
  const state = await presence(seen, isOver);
  if (state === "there") throw new Error("A session of this id exists already.");
  if (seen.value === undefined) return true;
  if (state === "gone") await drop(cells, seen);
  return false;
};

const tryToTake = async (
  cells: CellRoot,
  folder: string,
  isOver: IsOver,
): Promise<string | "again" | undefined> => {
  const seen = await look(folder);
  const state = await presence(seen, isOver);
  if (state === "again" || seen.value === undefined) return state === "again" ? state : undefined;
  // Read before: whoever drops the token drops this text, and can do so also when somebody took it away.
  const text = await readData(folder, seen.value.version);
  if (!(await drop(cells, seen))) return "again";
  return state === "there" ? (text ?? "") : undefined;
};

/** A record is its session's id, which the folder's name does not tell, and right behind it the session as JSON. */
const idLength = 32;

const recordOf = (id: SessionId, session: Session): string => id + JSON.stringify(session);

const parseRecord = (text: string, tell: (id: string) => void): ListedSession | undefined => {
  const start = text.slice(0, idLength);
  const [id, session] = [parseSessionId(start), parseSession(text.slice(idLength))];
  if (id && session) return { id, session };
  // Another version, or somebody else, has written it. Its owner logs in again, as if there were none.
  tell(start);
  return undefined;
};

/** Of how many records it is remembered that the operator was told of them. */
const maxTold = 1000;

const tellDamaged = (log: Log) => {
  const told = new LRUCache<string, true>({ max: maxTold });
  return (id: string): void => {
    if (told.has(id)) return;
    told.set(id, true);
    log.write({
      event: "background",
      what: "reading a session",
      cause: "its record has another shape",
    });
  };
};

/** Keeps each session in a cell; the token's time is the session's end. */
export const filesystemSessionStore = ({
  folder: root,
  clock,
  log,
}: SessionFolder): SessionStore & Sweeper => {
  const cells: CellRoot = { root, durable: true };
  const folderOf = (id: SessionId): string => hashedFolder(root, id);
  const isOver: IsOver = (ends) => ends <= clock.now();
  const tell = tellDamaged(log);
  const parse = (text: string) => parseRecord(text, tell);
  const sweeper = startSweeper({ cells, clock, log, what: "sweeping sessions", expires: true });

  const loadText = (id: SessionId, idle: Seconds): Promise<TextValue | undefined> =>
    onDisk(() =>
      untilSettled(folderOf(id), async () => {
        const found = await readText(root, folderOf(id), isOver);
        return found === undefined || (await touch(found, clock.now() + idle)) ? found : "again";
      }),
    );

  const storedFrom = (found: TextValue | undefined): StoredSession | undefined => {
    const record = found && parse(found.text);
    return found && record && { session: record.session, revision: found.version as Revision };
  };

  return {
    ...sweeper,

    load: async (id, idle) => storedFrom(await loadText(id, idle)),

    peek: async (id) => storedFrom(await readText(root, folderOf(id), isOver)),

    create: (id, session, idle) =>
      withText(cells, folderOf(id), recordOf(id, session), async (draft) => {
        const seen = await look(folderOf(id));
        if (!(await isFree(cells, seen, isOver))) return "again";
        const version = await put(cells, seen, draft, clock.now() + idle);
        return (version as Revision | undefined) ?? "again";
      }),

    replace: (id, session, expected, idle) =>
      withText<ReplaceOutcome>(cells, folderOf(id), recordOf(id, session), async (draft) => {
        const seen = await look(folderOf(id));
        const state = await presence(seen, isOver);
        if (state === "again") return state;
        if (state === "gone") return { outcome: "gone" };
        if (seen.value?.version !== expected) return { outcome: "changed" };
        const revision = await put(cells, seen, draft, clock.now() + idle);
        return revision === undefined ? "again" : { outcome: "replaced", revision: revision as Revision };
      }),

    remove: async (id) => {
      const take = () => untilSettled(folderOf(id), () => tryToTake(cells, folderOf(id), isOver));
      const text = await confirmed(root, await onDisk(take));
      return text === undefined ? text : parse(text)?.session;
    },

    async *all() {
      for await (const folder of listedOnDisk(cellsBelow(root))) {
        const found = await readText(root, folder, isOver);
        const record = found && parse(found.text);
        if (record) yield record;
      }
    },

    ready: () => probeDisk(root),
  };
};
