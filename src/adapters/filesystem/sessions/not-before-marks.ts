import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { Username } from "../../../domain/identity/user.ts";
import { laterMark } from "../../../domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { CellRoot } from "../cells/cell.ts";
import { look, untilSettled } from "../cells/cell.ts";
import { put } from "../cells/cell-change.ts";
import { readText, withText } from "../cells/text-cell.ts";
import { hashedFolder } from "../owned-path.ts";
import { onDisk } from "../store-failure.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface MarksFolder {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a mark is kept; longer than any session, whose tokens it may have to make stale. */
  readonly lifetime: Seconds;
}

/** Keeps each mark in a cell; the token's time is the mark's end. */
export const filesystemNotBeforeMarks = ({
  folder: root,
  clock,
  log,
  lifetime,
}: MarksFolder): NotBeforeMarks & Sweeper => {
  const cells: CellRoot = { root, durable: true };
  const isOver = (ends: Seconds): boolean => ends <= clock.now();
  const folderOf = (username: Username): string => hashedFolder(root, username);

  const find = async (username: Username): Promise<Seconds | undefined> => {
    const found = await readText(root, folderOf(username), isOver);
    if (found === undefined) return undefined;
    const at = Number(found.text);
    // Without this, tokens would pass for fresh because of a damaged file.
    if (found.text === "" || !Number.isFinite(at))
      throw new StoreDown({ cause: new Error("A mark is damaged.") });
    return at;
  };

  return {
    ...startSweeper({ cells, clock, log, what: "sweeping not-before marks", expires: true }),
    find,
    now: async () => clock.now(),
    mark: (username, at) => {
      const folder = folderOf(username);
      const markLater = async () => {
        const seen = await look(folder);
        // Read after looking: if the mark changes in between, `put` fails and we come again.
        const text = String(laterMark(await find(username), at));
        const write = (draft: string) => put(cells, seen, draft, clock.now() + lifetime);
        return (await withText(cells, folder, text, write)) === undefined ? "again" : undefined;
      };
      return onDisk(() => untilSettled(folder, markLater));
    },
  };
};
