import { filesystemSessionRegistry } from "../../../src/adapters/filesystem/sessions/session-registry.ts";
import type { SessionOwner } from "../../../src/domain/sessions/session-owner.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { MemoryEntries } from "../../support/memory/session-registry.ts";
import { memorySessionRegistry } from "../../support/memory/session-registry.ts";
import { countSlots } from "../../support/sessions/count-slots.ts";
import { instancesOnFolder } from "../../support/sessions/instances-on-folder.ts";
import type { Harness } from "./session-registry.contract.ts";
import { sessionRegistryContract } from "./session-registry.contract.ts";

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const records = new Map<SessionOwner, MemoryEntries>();
  return {
    registry: memorySessionRegistry(clock, records),
    another: async () => memorySessionRegistry(clock, records),
    passSeconds: async (seconds) => clock.pass(seconds),
    owners: async () => records.size,
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const instances = await instancesOnFolder(filesystemSessionRegistry);
  return { ...instances, registry: await instances.another(), owners: () => countSlots(instances.folder) };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) sessionRegistryContract(adapter, open);
