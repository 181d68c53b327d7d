import { filesystemSessionStore } from "../../../src/adapters/filesystem/sessions/session-store.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
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
  const clock = manualClock();
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const store = filesystemSessionStore({ folder: path, clock, log: recordingLog() });
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    another: async () => open(),
    passSeconds: async (seconds) => clock.pass(seconds),
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) sessionStoreContract(adapter, open);
