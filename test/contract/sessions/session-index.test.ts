import { filesystemSessionIndex } from "../../../src/adapters/filesystem/sessions/session-index.ts";
import type { SessionOwner } from "../../../src/domain/sessions/session-owner.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import type { KeptEntries } from "../../support/memory/session-index.ts";
import { memorySessionIndex } from "../../support/memory/session-index.ts";
import { cellsIn } from "../../support/sessions/cells.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Harness } from "./session-index.contract.ts";
import { sessionIndexContract } from "./session-index.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const kept = new Map<SessionOwner, KeptEntries>();
  return {
    index: memorySessionIndex(clock, kept),
    another: async () => memorySessionIndex(clock, kept),
    passSeconds: async (seconds) => clock.pass(seconds),
    owners: async () => kept.size,
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const clock = manualClock();
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const index = filesystemSessionIndex({ folder: path, clock, log: recordingLog() });
    opened.push(index);
    return index;
  };
  return {
    index: open(),
    another: async () => open(),
    passSeconds: async (seconds) => clock.pass(seconds),
    owners: () => cellsIn(path),
    async close() {
      await Promise.all(opened.map((index) => index.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) sessionIndexContract(adapter, open);
