import { filesystemReplayCache } from "../../../src/adapters/filesystem/sessions/replay-cache.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memoryReplayCache } from "../../support/memory/replay-cache.ts";
import { instancesOnFolder } from "../../support/sessions/instances-on-folder.ts";
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
  const instances = await instancesOnFolder(filesystemReplayCache);
  return { ...instances, replayCache: await instances.another() };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) replayCacheContract(adapter, open);
