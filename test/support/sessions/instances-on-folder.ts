import { manualClock } from "../measuring/manual-clock.ts";
import { recordingLog } from "../measuring/recording-log.ts";
import { temporaryFolder } from "../temporary-folder.ts";

interface Options {
  readonly folder: string;
  readonly clock: ReturnType<typeof manualClock>;
  readonly log: ReturnType<typeof recordingLog>;
}

/** Creates instances of an adapter on one new folder and one clock. `close` closes them and removes the folder. */
export const instancesOnFolder = async <T extends { close(): Promise<void> }>(
  create: (options: Options) => T,
) => {
  const clock = manualClock();
  const { path: folder, remove } = await temporaryFolder();
  const opened: T[] = [];
  const another = async (): Promise<T> => {
    const instance = create({ folder, clock, log: recordingLog() });
    opened.push(instance);
    return instance;
  };
  return {
    folder,
    another,
    passSeconds: async (seconds: number) => clock.pass(seconds),
    async close() {
      await Promise.all(opened.map((instance) => instance.close()));
      await remove();
    },
  };
};
