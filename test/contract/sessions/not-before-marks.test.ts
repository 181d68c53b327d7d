import { filesystemNotBeforeMarks } from "../../../src/adapters/filesystem/sessions/not-before-marks.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryNotBeforeMarks } from "../../support/memory/not-before-marks.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
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
  const clock = manualClock();
  const { path, remove } = await temporaryFolder();
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const marks = filesystemNotBeforeMarks({ folder: path, clock, log: recordingLog(), lifetime });
    opened.push(marks);
    return marks;
  };
  return {
    marks: open(),
    lifetime,
    another: async () => open(),
    passSeconds: async (seconds) => clock.pass(seconds),
    async close() {
      await Promise.all(opened.map((marks) => marks.close()));
      await remove();
    },
  };
};

for (const [adapter, open] of Object.entries({ memory, filesystem })) notBeforeMarksContract(adapter, open);
