import { filesystemLock } from "../../../src/adapters/filesystem/sessions/lock.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryLock } from "../../support/memory/lock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Harness } from "./renewal-lock.contract.ts";
import { renewalLockContract } from "./renewal-lock.contract.ts";

const lease = 0.4;

const memory = async (): Promise<Harness> => {
  const leases = new Map();
  return {
    lease,
    async open() {
      const lock = memoryLock(systemClock(), lease, leases);
      return { lock, kill: () => lock.close() };
    },
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  return {
    lease,
    async open() {
      const lock = filesystemLock({ folder: path, clock: systemClock(), log: recordingLog(), lease });
      opened.push(lock);
      return { lock, kill: () => lock.close() };
    },
    async close() {
      await Promise.all(opened.map((lock) => lock.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) renewalLockContract(adapter, open);
