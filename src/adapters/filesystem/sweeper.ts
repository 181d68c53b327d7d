import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { CellRoot, Seen } from "./cells/cell.ts";
import { endOf, look } from "./cells/cell.ts";
import { drop, tidy } from "./cells/cell-change.ts";
import { cellsBelow } from "./cells/cell-tree.ts";
import { draftsFolder } from "./resources/store-root.ts";
import { isMissing } from "./store-failure.ts";

/** What has been lying about for this long, nobody is writing any more, not even a large upload. */
const maxDraftAge: Seconds = 24 * 3600;
const firstSweepAfter: Seconds = 60;
const sweepEvery: Seconds = 3600;

/** After so many cells others get the disk for a while. */
const batchSize = 100;
const pauseMs = 50;

export interface SweeperOptions {
  readonly cells: CellRoot;
  readonly clock: Clock;
  readonly log: Log;
  /** Named in the log. */
  readonly what: string;
  /** Whether values end at their token's time. */
  readonly expires: boolean;
}

export interface Sweeper {
  /** Removes once what has ended and what killed writers have left. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** The answer, or undefined when the file it is about is gone. */
const ifThere = async <T>(step: Promise<T>): Promise<T | undefined> => {
  try {
    return await step;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Sweeps in the background, from time to time and gently. */
export const startSweeper = ({ cells, clock, log, what, expires }: SweeperOptions): Sweeper => {
  const closing = new AbortController();

  const isOld = async (path: string): Promise<boolean> => {
    const file = await ifThere(stat(path));
    return file !== undefined && file.mtimeMs / 1000 + maxDraftAge < clock.now();
  };

  const hasEnded = async ({ value }: Seen): Promise<boolean> => {
    const ends = expires && value !== undefined ? await ifThere(endOf(value)) : undefined;
    return ends !== undefined && ends <= clock.now();
  };

  const sweepCells = async (): Promise<void> => {
    let count = 0;
    for await (const folder of cellsBelow(cells.root)) {
      if (closing.signal.aborted) return;
      const seen = await look(folder);
      if (await hasEnded(seen)) await drop(cells, seen);
      else await tidy(cells, seen, isOld);
      if (++count % batchSize === 0) await delay(pauseMs);
    }
  };

  const sweepDrafts = async (): Promise<void> => {
    const drafts = await ifThere(opendir(draftsFolder(cells.root)));
    if (drafts === undefined) return;
    for await (const { name } of drafts) {
      const path = join(draftsFolder(cells.root), name);
      if (await isOld(path)) await rm(path, { recursive: true, force: true });
    }
  };

  const sweep = async (): Promise<void> => {
    await sweepDrafts();
    await sweepCells();
  };

  const run = async (): Promise<void> => {
    for (let wait = firstSweepAfter; !closing.signal.aborted; wait = sweepEvery) {
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
