import { filesystemReplayCache } from "../../../src/adapters/filesystem/sessions/replay-cache.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryReplayCache } from "../../support/memory/replay-cache.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Harness } from "./replay-cache.contract.ts";
import { replayCacheContract } from "./replay-cache.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const records = new Map();
  return {
    replayCache: memoryReplayCache(clock, records),
    another: async () => memoryReplayCache(clock, records),
    passSeconds: async (seconds) => clock.pass(seconds),
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const clock = manualClock();
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const replayCache = filesystemReplayCache({ folder: path, clock, log: recordingLog() });
    opened.push(replayCache);
    return replayCache;
  };
  return {
    replayCache: open(),
    another: async () => open(),
    passSeconds: async (seconds) => clock.pass(seconds),
    async close() {
      await Promise.all(opened.map((replayCache) => replayCache.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) replayCacheContract(adapter, open);
