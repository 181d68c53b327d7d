import type { Seconds } from "../../../domain/brand.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { parseSessionId } from "../../../domain/sessions/session.ts";
import type { SessionOwner } from "../../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { CellRoot } from "../cells/cell.ts";
import { look, untilSettled } from "../cells/cell.ts";
import { drop, put } from "../cells/cell-change.ts";
import { readText, withText } from "../cells/text-cell.ts";
import { hashedFolder } from "../owned-path.ts";
import { onDisk } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface IndexFolder {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** When each session's entry ends, in the order in which the entries were put off. */
type Entries = ReadonlyMap<SessionId, Seconds>;

const isEntry = (entry: unknown): entry is [SessionId, Seconds] =>
  Array.isArray(entry) &&
  typeof entry[0] === "string" &&
  parseSessionId(entry[0]) !== undefined &&
  typeof entry[1] === "number";

/** Keeps each owner's sessions in a cell; the token's time is the end of the last of them. */
export const filesystemSessionRegistry = ({
  folder: root,
  clock,
  log,
}: IndexFolder): SessionRegistry & Sweeper => {
  const cells: CellRoot = { root, durable: true };
  const isOver = (ends: Seconds): boolean => ends <= clock.now();

  const parse = (text: string): Entries => {
    try {
      const entries: unknown = JSON.parse(text);
      if (!Array.isArray(entries) || !entries.every(isEntry)) throw new Error("It is no list of sessions.");
      return new Map(entries);
    } catch (cause) {
      // Somebody else has been in this file. It must not keep its owner from logging in.
      log.write({ event: "background", what: "reading a damaged list of somebody's sessions", cause });
      return new Map();
    }
  };

  const read = async (folder: string): Promise<Entries> => {
    const found = await readText(root, folder, isOver);
    return new Map([...(found ? parse(found.text) : [])].filter(([, ends]) => !isOver(ends)));
  };

  const change = (owner: SessionOwner, edit: (entries: Entries) => Entries): Promise<void> => {
    const folder = hashedFolder(root, owner);
    return onDisk(() =>
      untilSettled(folder, async () => {
        const seen = await look(folder);
        // Read after looking: if the entries change in between, the write fails and we come again.
        const before = await read(folder);
        const after = edit(before);
        if (after === before) return undefined;
        if (after.size === 0) {
          return seen.value === undefined || (await drop(cells, seen)) ? undefined : "again";
        }
        const ends = Math.max(...after.values());
        const done = await withText(cells, folder, JSON.stringify([...after]), async (draft) =>
          (await put(cells, seen, draft, ends)) === undefined ? "lost" : "won",
        );
        return done === "won" ? undefined : "again";
      }),
    );
  };

  return {
    ...startSweeper({ cells, clock, log, what: "sweeping the index of sessions", expires: true }),

    add: (owner, id, lifetime) =>
      change(owner, (entries) => {
        const after = new Map(entries);
        after.delete(id);
        return after.set(id, clock.now() + lifetime);
      }),

    list: async (owner) => [...(await read(hashedFolder(root, owner))).keys()].reverse(),

    remove: (owner, id) =>
      change(owner, (entries) =>
        entries.has(id) ? new Map([...entries].filter(([each]) => each !== id)) : entries,
      ),
  };
};
