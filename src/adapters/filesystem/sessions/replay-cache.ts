import type { Seconds } from "../../../domain/brand.ts";
import type { ReplayCache } from "../../../ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { CellRoot } from "../cells/cell.ts";
import { look } from "../cells/cell.ts";
import { put } from "../cells/cell-change.ts";
import { readText, withText } from "../cells/text-cell.ts";
import { hashedFolder } from "../owned-path.ts";
import type { Sweeper } from "../sweeper.ts";
import { startSweeper } from "../sweeper.ts";

export interface NoticesFolder {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps each notice in an empty cell; the token's time says when it is forgotten. */
export const filesystemReplayCache = ({ folder: root, clock, log }: NoticesFolder): ReplayCache & Sweeper => {
  const cells: CellRoot = { root, durable: true };
  const isOver = (ends: Seconds): boolean => ends <= clock.now();
  return {
    ...startSweeper({ cells, clock, log, what: "sweeping logout notices", expires: true }),

    has: async (id) => (await readText(root, hashedFolder(root, id), isOver)) !== undefined,

    add: (id, lifetime) =>
      withText(cells, hashedFolder(root, id), "", async (draft) => {
        const seen = await look(hashedFolder(root, id));
        const version = await put(cells, seen, draft, clock.now() + lifetime);
        return version === undefined ? "again" : undefined;
      }),

    claim: (id, lifetime) =>
      withText<boolean>(cells, hashedFolder(root, id), "", async (draft) => {
        // Looked at first: if somebody claims it in between, `put` fails and we come again.
        const seen = await look(hashedFolder(root, id));
        if ((await readText(root, hashedFolder(root, id), isOver)) !== undefined) return false;
        const version = await put(cells, seen, draft, clock.now() + lifetime);
        return version === undefined ? "again" : true;
      }),
  };
};
