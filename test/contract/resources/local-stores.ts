import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../support/memory/resource-store.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Harness } from "./resource-store.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const records = new Map();
  return {
    store: memoryResourceStore(clock, records),
    another: async () => memoryResourceStore(clock, records),
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const store = filesystemResourceStore({ folder: path, clock: manualClock(), log: recordingLog() });
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    another: async () => open(),
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      await remove();
    },
  };
};

/** Stores that need no service, each on data of its own. */
export const localStores = { memory, filesystem } as const;
