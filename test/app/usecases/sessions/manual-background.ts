import type { Background } from "../../../../src/app/usecases/sessions/background.ts";
import type { Seconds } from "../../../../src/domain/brand.ts";

/** Background work that waits until a test has it done. */
export interface ManualBackground extends Background {
  readonly waiting: readonly { readonly what: string; readonly after: Seconds }[];
  settle(): Promise<void>;
}

export const manualBackground = (): ManualBackground => {
  const jobs: { what: string; work: () => Promise<void>; after: Seconds }[] = [];
  return {
    add: (what, work, after = 0) => void jobs.push({ what, work, after }),
    get waiting() {
      return jobs.map(({ what, after }) => ({ what, after }));
    },
    settle: async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await job.work();
    },
  };
};
