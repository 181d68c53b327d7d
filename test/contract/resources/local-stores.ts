import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memoryResourceStore } from "../../support/memory/resource-store.ts";
import { instancesOnFolder } from "../../support/sessions/instances-on-folder.ts";
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
  const instances = await instancesOnFolder(filesystemResourceStore);
  return { ...instances, store: await instances.another() };
};

/** Stores that need no service, each on data of its own. */
export const localStores = { memory, filesystem } as const;
