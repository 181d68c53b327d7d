import { filesystemNotBeforeMarks } from "../../../src/adapters/filesystem/sessions/not-before-marks.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memoryNotBeforeMarks } from "../../support/memory/not-before-marks.ts";
import { instancesOnFolder } from "../../support/sessions/instances-on-folder.ts";
import type { Harness } from "./not-before-marks.contract.ts";
import { notBeforeMarksContract } from "./not-before-marks.contract.ts";

const lifetime = 1000;

const memory = async (): Promise<Harness> => {
  const clock = manualClock();
  const records = new Map();
  return {
    marks: memoryNotBeforeMarks(clock, lifetime, records),
    lifetime,
    another: async () => memoryNotBeforeMarks(clock, lifetime, records),
    passSeconds: async (seconds) => clock.pass(seconds),
    close: async () => undefined,
  };
};

const filesystem = async (): Promise<Harness> => {
  const instances = await instancesOnFolder((parts) => filesystemNotBeforeMarks({ ...parts, lifetime }));
  return { ...instances, marks: await instances.another(), lifetime };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) notBeforeMarksContract(adapter, open);
