import { filesystemUsedNotices } from "../../../src/adapters/filesystem/sessions/used-notices.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryUsedNotices } from "../../support/memory/used-notices.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Harness } from "./used-notices.contract.ts";
import { usedNoticesContract } from "./used-notices.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const kept = new Map();
  return {
    notices: memoryUsedNotices(clock, kept),
    another: async () => memoryUsedNotices(clock, kept),
    passSeconds: async (seconds) => clock.pass(seconds),
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const clock = manualClock();
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const notices = filesystemUsedNotices({ folder: path, clock, log: recordingLog() });
    opened.push(notices);
    return notices;
  };
  return {
    notices: open(),
    another: async () => open(),
    passSeconds: async (seconds) => clock.pass(seconds),
    async close() {
      await Promise.all(opened.map((notices) => notices.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) usedNoticesContract(adapter, open);
