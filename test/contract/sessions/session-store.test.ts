import { filesystemSessionStore } from "../../../src/adapters/filesystem/sessions/session-store.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { instancesOnFolder } from "../../support/sessions/instances-on-folder.ts";
import type { Harness } from "./session-store.contract.ts";
import { sessionStoreContract } from "./session-store.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const records = new Map();
  return {
    store: memorySessionStore(clock, records),
    another: async () => memorySessionStore(clock, records),
    passSeconds: async (seconds) => clock.pass(seconds),
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const instances = await instancesOnFolder(filesystemSessionStore);
  return { ...instances, store: await instances.another() };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) sessionStoreContract(adapter, open);
