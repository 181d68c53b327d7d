import { say } from "./command.ts";
import { ensureEngine } from "./engine.ts";
import type { ImageKind } from "./image.ts";
import { ensureImage } from "./image.ts";
import { beginRun, removeContainersOf, removeOrphans } from "./run-label.ts";

/** testcontainers' own clean-up needs an image that cannot be built from packages; containers are removed by label. */
const withoutReaper = () => {
  process.env.TESTCONTAINERS_RYUK_DISABLED = "true";
};

/**
 * Vitest's global set-up for tests that need services: prepares the engine and the images once, before all tests, and
 * removes every container of this run at its end.
 */
export const setUpContainers = async (images: readonly ImageKind[]): Promise<() => Promise<void>> => {
  withoutReaper();
  await ensureEngine();
  const orphans = await removeOrphans();
  if (orphans > 0) say(`removed ${orphans} containers of a run that was killed`);
  for (const image of images) await ensureImage(image);
  const run = beginRun();
  // It prints nothing, since the totals have to be the last line of a run.
  return async () => void (await removeContainersOf(run));
};

export const setup = (): Promise<() => Promise<void>> =>
  setUpContainers(["redis", "nginx", "minio", "versitygw", "radosgw", "machine"]);
